// SPDX-License-Identifier: Apache-2.0
// Log tail: what a server has logged in the last minutes, read within bounds of bytes and time. A
// dump can only begin where an event begins, and of a file that is known for its start alone; so
// the reading begins with a file. Where the newest file alone is too large for that, what is
// written now is listened to instead. Runs on the caller's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>

#include "binlog/decoder.h"
#include "binlog/position.h"
#include "mysql/endpoint.h"

namespace wisp::binlog {

struct TailLimits {
    std::chrono::seconds span{300};      // how far back
    std::uint64_t bytes = 128U << 20U;   // of log files, at most
    std::chrono::seconds reading{20};    // for reading them, at most
    std::chrono::seconds least{10};      // a shorter stretch tells too little …
    std::chrono::seconds listening{10};  // … so long is listened instead
};

/// What was looked at. Times are seconds of the server's clock; transactions of before `from` are
/// not delivered.
struct Tail {
    Position start;
    Position end;
    std::int64_t from = 0;
    std::int64_t until = 0;
    std::uint64_t bytes = 0;  // of events received
    bool listened = false;

    [[nodiscard]] std::int64_t seconds() const { return until - from; }
};

/// Throws mysql::Error, or std::runtime_error for a log that cannot be decoded.
[[nodiscard]] Tail read_tail(const mysql::Endpoint& endpoint, const TailLimits& limits,
                             DecoderOptions options, const std::stop_token& stop,
                             const std::function<void(Transaction&&)>& deliver);

}  // namespace wisp::binlog
