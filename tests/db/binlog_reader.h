// SPDX-License-Identifier: Apache-2.0
// Reads a server's binlog from a remembered place to its end, for tests that write first and read
// afterwards; and a Streamer on a thread of its own, for tests that do both at once.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "binlog/decoder.h"
#include "binlog/dump_channel.h"
#include "binlog/streamer.h"
#include "mysql/connection.h"
#include "mysql/replica.h"

namespace wisp::test {

inline binlog::Position binlog_end(mysql::Connection& connection) {
    const auto status = mysql::binlog_status(connection);
    EXPECT_TRUE(status) << "the server writes no binlog";
    return status ? binlog::Position{status->file, status->offset} : binlog::Position{};
}

/// Everything from `start` to the end of the log. Hints by table, as Decoder takes them. MariaDB
/// writes an event of its own some time after a rotation (a binlog checkpoint); if the end moves
/// meanwhile, all is read again.
inline std::vector<binlog::Transaction> read_binlog(
    mysql::Connection& connection, const binlog::Position& start,
    const std::vector<sql::TableName>& watched,
    const std::vector<std::vector<binlog::ColumnHint>>& hints = {}) {
    binlog::DumpOptions options;
    options.endpoint = connection.endpoint();
    options.start = start;
    options.server_id = binlog::random_server_id(connection);
    options.stop_at_end = true;
    std::vector<binlog::Transaction> transactions;
    binlog::Position end;
    binlog::Position read_to;
    bool read = true;
    for (int attempt = 0; attempt < 3 && read; ++attempt) {
        end = binlog_end(connection);
        transactions.clear();
        binlog::Decoder decoder(watched, start, hints);
        binlog::DumpChannel channel(options);
        for (auto event = channel.next(); !event.empty(); event = channel.next()) {
            auto done = decoder.feed(event);
            EXPECT_TRUE(done) << done.error();
            read = done.has_value();
            if (!read) break;
            if (*done) transactions.push_back(std::move(**done));
        }
        read_to = decoder.resume_position();
        if (binlog_end(connection) == end) break;
    }
    EXPECT_EQ(read_to, end);
    return transactions;
}

/// A streamer that collects transactions until it is told to stop.
class RunningStream {
  public:
    RunningStream(const mysql::Endpoint& endpoint, const binlog::Position& start,
                  std::vector<sql::TableName> watched, binlog::StreamerOptions options = {})
        : streamer_(endpoint, start, std::move(watched), std::move(options)),
          thread_([this](const std::stop_token& stop) { body(stop); }) {}

    struct Seen {
        std::vector<binlog::Transaction> transactions;
        std::string failure;
        bool ended = false;
        [[nodiscard]] std::size_t changes() const {
            std::size_t count = 0;
            for (const auto& transaction : transactions) count += transaction.changes.size();
            return count;
        }
    };

    /// Waits until that many row changes came, or the stream ended, or 20 seconds are over.
    bool wait_for_changes(std::size_t count) {
        seen_.wait_for(std::stop_token{}, std::chrono::seconds(20),
                       [&](const Seen& now) { return now.ended || now.changes() >= count; });
        return seen_.read([&](const Seen& now) { return now.changes() >= count; });
    }
    bool wait_for_end() {
        return seen_.wait_for(std::stop_token{}, std::chrono::seconds(20),
                              [](const Seen& now) { return now.ended; });
    }
    void stop() {
        thread_.request_stop();
        thread_.join();
    }
    [[nodiscard]] binlog::StreamSnapshot snapshot() const { return streamer_.snapshot(); }
    template <typename F>
    auto look(F&& f) const {
        return seen_.read(std::forward<F>(f));
    }

  private:
    void body(const std::stop_token& stop) {
        try {
            streamer_.run(stop, [this](binlog::Transaction&& transaction) {
                seen_.write([&](Seen& now) { now.transactions.push_back(std::move(transaction)); });
            });
        } catch (const std::exception& error) {
            seen_.write([&](Seen& now) { now.failure = error.what(); });
        }
        seen_.write([](Seen& now) { now.ended = true; });
    }

    binlog::Streamer streamer_;
    Guarded<Seen> seen_;
    std::jthread thread_;
};

}  // namespace wisp::test
