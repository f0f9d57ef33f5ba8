// SPDX-License-Identifier: Apache-2.0
// Reads a server's binlog from a remembered place to its end, for tests that write first and read
// afterwards; and a Streamer on a thread of its own, for tests that do both at once.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "binlog/decoder.h"
#include "binlog/dump_channel.h"
#include "binlog/dump_to.h"
#include "binlog/streamer.h"
#include "mysql/connection.h"
#include "mysql/replica.h"

namespace wisp::test {

inline binlog::Position binlog_end(mysql::Connection& connection) {
    const auto status = mysql::binlog_status(connection);
    EXPECT_TRUE(status) << "the server writes no binlog";
    return status ? binlog::Position{status->file, status->offset} : binlog::Position{};
}

/// Everything from `start` to the end of the log. Hints by table, as Decoder takes them.
inline std::vector<binlog::Transaction> read_binlog(
    mysql::Connection& connection, const binlog::Position& start,
    const std::vector<sql::TableName>& watched,
    const std::vector<std::vector<binlog::ColumnHint>>& hints = {}) {
    binlog::DumpOptions options;
    options.endpoint = connection.endpoint();
    options.start = start;
    options.server_id = binlog::random_server_id(connection);
    std::vector<binlog::Transaction> transactions;
    const auto end = binlog_end(connection);
    binlog::Decoder decoder(watched, start, hints);
    binlog::dump_to(options, decoder, end, {}, [&](std::span<const std::uint8_t> event) {
        auto done = decoder.feed(event);
        EXPECT_TRUE(done) << done.error();
        if (done && *done) transactions.push_back(std::move(**done));
        return done.has_value();
    });
    EXPECT_EQ(decoder.resume_position(), end);
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
