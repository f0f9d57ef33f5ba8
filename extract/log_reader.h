// SPDX-License-Identifier: Apache-2.0
// LogReader: the transactions of a stretch of binlog, from files or from a server, in order. Whole
// ones only: a transaction that the stop cuts in two is not delivered. Runs on the caller's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "binlog/decoder.h"
#include "binlog/position.h"
#include "mysql/endpoint.h"

namespace wisp::extract {

struct LogRange {
    std::vector<std::string> files;  // "-" is standard input; empty: the server's log is read
    std::optional<mysql::Endpoint> server;
    binlog::Position start;  // without a file: an offset in the first one
    binlog::Position stop;   // without a file: an offset in the last one; 0: the end
    /// Files begun more than an hour after this are not read: clocks differ, but not so much.
    std::optional<std::int64_t> stop_time;
};

class LogReader {
  public:
    /// False: no more are wanted.
    using Deliver = std::function<bool(binlog::Transaction&&)>;

    LogReader(LogRange range, binlog::DecoderOptions options);

    /// Throws mysql::Error, binlog::FileError or std::runtime_error.
    void run(const std::stop_token& stop, const Deliver& deliver);

    /// Where the event begins that ended the transaction delivered last.
    [[nodiscard]] std::uint64_t last_event_offset() const { return last_event_; }

  private:
    enum class Step : std::uint8_t { kGoOn, kEnd };

    void read_files(const std::stop_token& stop, const Deliver& deliver);
    [[nodiscard]] Step read_file(const std::string& path, std::uint64_t offset,
                                 const std::stop_token& stop, const Deliver& deliver);
    void read_server(const std::stop_token& stop, const Deliver& deliver);
    [[nodiscard]] Step feed(std::span<const std::uint8_t> event, const Deliver& deliver);
    [[nodiscard]] bool past_stop() const;

    LogRange range_;
    binlog::Decoder decoder_;
    binlog::Position stop_;  // with its file; empty: none
    std::uint64_t last_event_ = 0;
};

}  // namespace wisp::extract
