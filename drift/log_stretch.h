// SPDX-License-Identifier: Apache-2.0
// Log stretch: which keys of a table have events in a stretch of the primary's binlog. Reads it
// over a connection of its own, on the caller's thread, and keeps only names of keys.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>
#include <unordered_set>

#include "binlog/position.h"
#include "drift/subject.h"
#include "mysql/endpoint.h"

namespace wisp::drift {

struct Touched {
    /// Something that may have changed any row: a statement, what was not sent in time, a row whose
    /// key is not told, a row of a table whose changes cascade, a transaction prepared earlier.
    bool all = false;
    std::unordered_set<std::string> keys;  // migrator/verify/key_name.h
    [[nodiscard]] bool none() const { return !all && keys.empty(); }
};

/// From `from` up to `to`, a position that the server has told. What has not come after `patience`
/// may be anything. Throws mysql::Error if the log is not there any more, Refusal if it cannot be
/// read.
[[nodiscard]] Touched read_touched(mysql::Connection& primary, const binlog::Position& from,
                                   const binlog::Position& to, const Subject& subject,
                                   const std::stop_token& stop,
                                   std::chrono::milliseconds patience = std::chrono::seconds(60));

}  // namespace wisp::drift
