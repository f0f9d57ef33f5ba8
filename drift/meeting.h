// SPDX-License-Identifier: Apache-2.0
// Meeting: a position in the primary's binlog before which everything is visible on both servers,
// so that a key without an event behind it must be the same on both. docs/verify.md, "Why a
// difference is proof", has the argument. One thread, the one that owns both connections.
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

#include "binlog/position.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::drift {

/// What lets us know what a server shows.
enum class Proof : std::uint8_t {
    kSnapshot,  // MariaDB: a snapshot tells its position (F6); @@gtid_slave_pos on the replica
    kGtids,     // MySQL: @@gtid_executed names what is visible (F3)
    kLocks,     // MySQL without GTIDs, and 5.6 with them: a locking read of the very rows waits for
                // what is logged and not committed (F7); positions on the replica
};

/// How a replica hangs on the primary.
struct Kinship {
    Proof proof = Proof::kGtids;
    bool direct = false;  // no server between the two
    std::string channel;  // the one that leads to the primary; of several sources
};

/// Throws Refusal, with what to do, if no proof is possible between the two.
[[nodiscard]] Kinship find_kinship(mysql::Connection& primary, mysql::Connection& replica);

/// What rows must be read with after a meeting: " LOCK IN SHARE MODE" for Proof::kLocks, on either
/// side. What is logged, or applied by the replica's position, may still be about to be committed.
[[nodiscard]] std::string reading(const Kinship& kinship);

class Meeting {
  public:
    Meeting(mysql::Connection& primary, mysql::Connection& replica, Kinship kinship)
        : primary_(primary), replica_(replica), kinship_(std::move(kinship)) {}

    /// Waits until there is such a position. nullopt: stopped, or the replica did not get there in
    /// time; why() says what was waited for. A replica whose SQL thread stands still is met where
    /// it stands, if no server is between.
    [[nodiscard]] std::optional<binlog::Position> meet(const std::stop_token& stop,
                                                       std::chrono::steady_clock::time_point end);
    [[nodiscard]] const std::string& why() const { return why_; }

  private:
    struct Aim {
        binlog::Position position;
        std::string gtids;  // all of it and more; empty for Proof::kLocks
    };
    [[nodiscard]] Aim aim();
    [[nodiscard]] bool visible_on_primary(const Aim& aim);
    [[nodiscard]] bool reached_by_replica(const Aim& aim);
    [[nodiscard]] std::optional<binlog::Position> where_it_stands();

    mysql::Connection& primary_;
    mysql::Connection& replica_;
    Kinship kinship_;
    std::string why_;
};

}  // namespace wisp::drift
