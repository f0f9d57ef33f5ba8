// SPDX-License-Identifier: Apache-2.0
// Reading a server's log up to a position that the server has told.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <stop_token>

#include "binlog/decoder.h"
#include "binlog/dump_channel.h"
#include "binlog/position.h"

namespace wisp::binlog {

class LogEndsEarly : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Reads events from options.start on, until `decoder` has received `end`. Each goes to `feed`,
/// which must hand it to `decoder`, and returns false to end the reading. Runs on the caller's
/// thread; `stop` ends it too, without a word.
///
/// A dump that ends at the end of the log would not do: with sync_binlog = 1 MySQL's SHOW BINARY
/// LOG STATUS counts what is written but not yet on the disk, and a dump sends only what is (MySQL
/// 9.7 sql/binlog.cc, ordered_commit: update_binlog_end_pos comes after the sync), so it may end
/// before `end`.
///
/// Throws LogEndsEarly when nothing new has come for `patience`, and mysql::Error, of kind kLost if
/// the server ends the dump (KILL QUERY, shutdown: both families then send what looks like the end
/// of the log).
void dump_to(const DumpOptions& options, const Decoder& decoder, const Position& end,
             const std::stop_token& stop,
             const std::function<bool(std::span<const std::uint8_t>)>& feed,
             std::chrono::milliseconds patience = std::chrono::seconds(60));

}  // namespace wisp::binlog
