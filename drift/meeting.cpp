// SPDX-License-Identifier: Apache-2.0
#include "drift/meeting.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/thread.h"
#include "binlog/server_log.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/replica.h"
#include "replica/gtid_owned.h"
#include "replica/gtids.h"
#include "sql/identifier.h"

namespace wisp::drift {
namespace {

using migrator::Refusal;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kLongestPause{50};

/// As the replica's status names its source.
std::string identity(mysql::Connection& server) {
    return server
        .scalar(server.server().mariadb() ? "SELECT @@GLOBAL.server_id"
                                          : "SELECT @@GLOBAL.server_uuid")
        .value_or("");
}

std::string without_breaks(std::string set) {
    std::erase(set, '\n');
    return set;
}

std::optional<mysql::ReplicaStatus> status_of(mysql::Connection& replica,
                                              const std::string& channel) {
    for (auto& status : mysql::replica_status(replica)) {
        if (status.channel == channel) return std::move(status);
    }
    return std::nullopt;
}

/// One row of SHOW STATUS LIKE … by name.
std::string status_value(mysql::Connection& server, const char* name) {
    const auto rows = server.query(fmt::format("SHOW STATUS LIKE '{}'", name));
    return rows.empty() ? "" : rows[0].text(1);
}

/// Everything before it is visible to every view opened from now on: the server takes a snapshot
/// and its position in one step (MariaDB, "START TRANSACTION WITH CONSISTENT SNAPSHOT").
binlog::Position snapshot_position(mysql::Connection& server) {
    server.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
    const std::string file = status_value(server, "binlog_snapshot_file");
    const std::string offset = status_value(server, "binlog_snapshot_position");
    server.execute("COMMIT");
    if (file.empty() || offset.empty()) {
        throw Refusal(server.endpoint().label() +
                      " does not tell the position of a snapshot; does it write a binlog?");
    }
    return {file, std::stoull(offset)};
}

}  // namespace

Kinship find_kinship(mysql::Connection& primary, mysql::Connection& replica) {
    Kinship kinship;
    const std::string& here = primary.endpoint().label();
    const std::string there = replica.endpoint().label();
    const auto channels = mysql::replica_status(replica);
    if (channels.empty()) {
        throw Refusal(
            fmt::format("{} replicates from nobody; --replica takes replicas of {}", there, here));
    }
    const std::string own = identity(primary);
    const auto channel =
        std::find_if(channels.begin(), channels.end(), [&](const mysql::ReplicaStatus& c) {
            return primary.server().mariadb() ? std::to_string(c.source_id) == own
                                              : c.source_uuid == own;
        });
    kinship.direct = channel != channels.end();
    kinship.channel = kinship.direct ? channel->channel : channels.front().channel;
    if (primary.server().mariadb() != replica.server().mariadb()) {
        throw Refusal(fmt::format("{} is {}, {} is {}: they show values in different ways", here,
                                  primary.server().text, there, replica.server().text));
    }
    if (primary.server().mariadb()) {
        kinship.proof = Proof::kSnapshot;
    } else {
        const bool gtids =
            replica::gtids_tell_visible(primary) && replica::gtids_tell_visible(replica);
        kinship.proof = gtids ? Proof::kGtids : Proof::kLocks;
    }
    if (!kinship.direct && kinship.proof == Proof::kLocks) {
        throw Refusal(fmt::format(
            "{} does not replicate from {} itself and there are no GTIDs that tell what is visible"
            " (MySQL 5.7), so how far it is cannot be told; compare it with the server that it "
            "replicates from",
            there, here));
    }
    return kinship;
}

std::string reading(const Kinship& kinship) {
    return kinship.proof == Proof::kLocks ? " LOCK IN SHARE MODE" : "";
}

Meeting::Aim Meeting::aim() {
    Aim aim;
    switch (kinship_.proof) {
        case Proof::kSnapshot:
            aim.position = snapshot_position(primary_);
            aim.gtids = primary_.scalar("SELECT @@GLOBAL.gtid_binlog_pos").value_or("");
            break;
        case Proof::kGtids: {
            aim.position = binlog::log_end(primary_);
            // In this order: what was logged before the position and is no longer owned, is
            // executed.
            const std::string owned =
                replica::owned_as_set(primary_.scalar("SELECT @@GLOBAL.gtid_owned").value_or(""));
            aim.gtids =
                without_breaks(primary_.scalar("SELECT @@GLOBAL.gtid_executed").value_or(""));
            if (!owned.empty()) aim.gtids += (aim.gtids.empty() ? "" : ",") + owned;
            break;
        }
        case Proof::kLocks:
            aim.position = binlog::log_end(primary_);
            break;
    }
    return aim;
}

bool Meeting::visible_on_primary(const Aim& aim) {
    if (kinship_.proof != Proof::kGtids) return true;
    return primary_
               .scalar(fmt::format("SELECT GTID_SUBSET({}, @@GLOBAL.gtid_executed)",
                                   sql::text_literal(aim.gtids)))
               .value_or("") == "1";
}

bool Meeting::reached_by_replica(const Aim& aim) {
    switch (kinship_.proof) {
        case Proof::kSnapshot:
            return replica_
                       .scalar(fmt::format("SELECT MASTER_GTID_WAIT({}, 0)",
                                           sql::text_literal(aim.gtids)))
                       .value_or("") == "0";
        case Proof::kGtids:
            return replica_
                       .scalar(fmt::format("SELECT GTID_SUBSET({}, @@GLOBAL.gtid_executed)",
                                           sql::text_literal(aim.gtids)))
                       .value_or("") == "1";
        case Proof::kLocks: {
            const auto status = status_of(replica_, kinship_.channel);
            return status &&
                   binlog::Position{status->applied_file, status->applied_offset} >= aim.position;
        }
    }
    return false;
}

/// nullopt: it runs.
std::optional<binlog::Position> Meeting::where_it_stands() {
    const auto status = status_of(replica_, kinship_.channel);
    if (!status) {
        throw Refusal(replica_.endpoint().label() + " does not replicate any more");
    }
    if (status->sql_running) return std::nullopt;
    if (!kinship_.direct) {
        throw Refusal(fmt::format("replication on {} has stopped{}{}; start it, and verify again",
                                  replica_.endpoint().label(),
                                  status->last_error.empty() ? "" : ": ", status->last_error));
    }
    return binlog::Position{status->applied_file, status->applied_offset};
}

std::optional<binlog::Position> Meeting::meet(const std::stop_token& stop, Clock::time_point end) {
    why_.clear();
    const Aim aim = this->aim();
    milliseconds rest{1};
    auto next_look = Clock::now();
    bool reached = false;
    binlog::Position position = aim.position;
    for (;;) {
        if (!reached && Clock::now() >= next_look) {
            if (const auto standing = where_it_stands()) {
                // What it has is in the primary's binlog before our aim; the rest of it will be
                // among the events that are read.
                position = std::min(*standing, aim.position);
                reached = true;
            }
            next_look = Clock::now() + std::chrono::seconds(1);
        }
        reached = reached || reached_by_replica(aim);
        if (reached && visible_on_primary(aim)) return position;
        if (Clock::now() > end) break;
        if (!pause(stop, rest)) return std::nullopt;
        rest = std::min(2 * rest, kLongestPause);
    }
    why_ = reached
               ? fmt::format("{} did not show all it had logged up to {} in time",
                             primary_.endpoint().label(), aim.position.text())
               : fmt::format(
                     "{} did not get to {} of {} in time; it is behind, or does not"
                     " replicate everything",
                     replica_.endpoint().label(), aim.position.text(), primary_.endpoint().label());
    return std::nullopt;
}

}  // namespace wisp::drift
