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

/// Of an event; false if no more are wanted.
using FeedEvent = std::function<bool(std::span<const std::uint8_t>)>;

class LogEndsEarly : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Gives `feed` the events from options.start on, which it hands to `decoder`, until that one has
/// received `end`, or until it is told to stop. Runs on the caller's thread.
///
/// A dump without blocking would not do: with sync_binlog = 1 MySQL's SHOW BINARY LOG STATUS counts
/// what is written but not yet on the disk, and a dump sends only what is (MySQL 9.7 sql/binlog.cc,
/// ordered_commit: update_binlog_end_pos comes after the sync), so it would end before `end`.
///
/// Throws mysql::Error, and LogEndsEarly when nothing new has come for `patience`.
void dump_to(const DumpOptions& options, const Decoder& decoder, const Position& end,
             const std::stop_token& stop, const FeedEvent& feed,
             std::chrono::seconds patience = std::chrono::seconds(60));

}  // namespace wisp::binlog
