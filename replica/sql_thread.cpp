// SPDX-License-Identifier: Apache-2.0
#include "replica/sql_thread.h"

#include <fmt/format.h>

#include "mysql/connection.h"
#include "mysql/retry.h"
#include "replica/problem.h"
#include "replica/state.h"

namespace wisp::replica {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kLook{5};

const char* word(const mysql::Connection& replica) {
    return replica.server().says_replica() ? "REPLICA" : "SLAVE";
}

/// MySQL takes an UNTIL for one channel only, and counts the nameless one though nothing comes by
/// it (ER_REPLICA_MULTIPLE_CHANNELS_CMD).
std::string for_channel(const mysql::Connection& replica, const mysql::ReplicaStatus& status) {
    return status.channel.empty() ? "" : " FOR CHANNEL " + replica.quote(status.channel);
}

/// "binlog.000009" → 9.
std::uint64_t file_number(const std::string& file) {
    const auto dot = file.rfind('.');
    if (dot == std::string::npos) return 0;
    return std::strtoull(file.c_str() + dot + 1, nullptr, 10);
}

/// Below, at or above 0, as the applied position is before, at or behind the point.
int compare_to(const mysql::ReplicaStatus& status, const Point& point) {
    const auto here = file_number(status.applied_file);
    const auto there = file_number(point.file);
    if (here != there) return here < there ? -1 : 1;
    if (status.applied_offset == point.offset) return 0;
    return status.applied_offset < point.offset ? -1 : 1;
}

bool covers(mysql::Connection& replica, const std::string& subset, const std::string& set) {
    return replica.scalar(fmt::format("SELECT GTID_SUBSET({}, {})", replica.quote(subset),
                                      replica.quote(set))) == "1";
}

}  // namespace

bool goes_by_gtids(const mysql::Connection& replica, const mysql::ReplicaStatus& status,
                   const Point& point) {
    return !replica.server().mariadb() && status.by_gtid && !point.gtid_set.empty();
}

std::string start_sql_thread(mysql::Connection& replica) {
    return fmt::format("START {} SQL_THREAD", word(replica));
}

std::string stop_sql_thread(mysql::Connection& replica) {
    return fmt::format("STOP {} SQL_THREAD", word(replica));
}

void stop(mysql::Connection& replica, milliseconds limit) {
    replica.execute(stop_sql_thread(replica));
    const auto deadline = Clock::now() + limit;
    // The statement may return before the thread has ended (rpl_stop_replica_timeout).
    while (only_channel(replica).sql_running) {
        if (Clock::now() >= deadline) {
            throw Problem(
                fmt::format("the SQL thread of {} did not stop within {} s; a large"
                            " transaction may be at work there",
                            replica.endpoint().label(), limit.count() / 1000));
        }
        mysql::pause({}, kLook);
    }
}

void start(mysql::Connection& replica, milliseconds limit) {
    replica.execute(start_sql_thread(replica));
    const auto deadline = Clock::now() + limit;
    for (;;) {
        const auto status = only_channel(replica);
        if (status.sql_error != 0 || Clock::now() >= deadline) {
            throw Problem(fmt::format(
                "the SQL thread of {} does not run: {}", replica.endpoint().label(),
                status.sql_error_text.empty() ? "it says no reason" : status.sql_error_text));
        }
        if (status.sql_running) return;
        mysql::pause({}, kLook);
    }
}

void run_until(mysql::Connection& replica, const Point& point) {
    const auto status = only_channel(replica);
    const std::string start = start_sql_thread(replica);
    if (goes_by_gtids(replica, status, point)) {
        replica.execute(fmt::format("{} UNTIL SQL_AFTER_GTIDS = {}{}", start,
                                    replica.quote(point.gtid_set), for_channel(replica, status)));
        return;
    }
    const char* source = replica.server().says_replica() ? "SOURCE" : "MASTER";
    replica.execute(fmt::format("{0} UNTIL {1}_LOG_FILE = {2}, {1}_LOG_POS = {3}{4}", start, source,
                                replica.quote(point.file), point.offset,
                                for_channel(replica, status)));
}

Reached reached(mysql::Connection& replica, const Point& point) {
    auto status = only_channel(replica);
    if (status.sql_running) {
        if (goes_by_gtids(replica, status, point)) {
            if (!covers(replica, point.gtid_set, status.applied_gtid_set)) return Reached::kNotYet;
        } else if (const int compared = compare_to(status, point); compared != 0) {
            // Beyond it: somebody else has started the thread, and its UNTIL was ignored.
            return compared < 0 ? Reached::kNotYet : Reached::kFailed;
        }
        // An UNTIL by position is looked at when the next event comes, which may be never. It still
        // keeps that event off until the STOP is done.
        stop(replica);
        status = only_channel(replica);
    }
    if (status.sql_error != 0) return Reached::kFailed;
    if (goes_by_gtids(replica, status, point)) {
        return covers(replica, point.gtid_set, status.applied_gtid_set) ? Reached::kYes
                                                                        : Reached::kFailed;
    }
    return compare_to(status, point) == 0 ? Reached::kYes : Reached::kFailed;
}

bool has_applied(mysql::Connection& replica, const Point& point) {
    const auto status = only_channel(replica);
    if (goes_by_gtids(replica, status, point)) {
        return covers(replica, point.gtid_set, status.applied_gtid_set);
    }
    return compare_to(status, point) >= 0;
}

std::string beyond(mysql::Connection& replica, mysql::Connection& primary, const Point& point) {
    const auto status = only_channel(replica);
    if (!goes_by_gtids(replica, status, point)) return {};
    // Transactions of the replica's own are nobody's business here: only what the primary has too.
    const std::string more =
        fmt::format("GTID_SUBTRACT({}, {})", primary.quote(status.applied_gtid_set),
                    primary.quote(point.gtid_set));
    std::string found =
        primary
            .scalar(fmt::format(
                "SELECT GTID_SUBTRACT({0}, GTID_SUBTRACT({0}, @@global.gtid_executed))", more))
            .value_or("");
    std::erase(found, '\n');
    return found;
}

bool close_gaps(mysql::Connection& replica, milliseconds limit, const std::stop_token& stop) {
    if (replica.server().mariadb() || !replica.server().has_gtid_executed()) return true;
    replica.execute(start_sql_thread(replica) + " UNTIL SQL_AFTER_MTS_GAPS" +
                    for_channel(replica, only_channel(replica)));
    const auto deadline = Clock::now() + limit;
    while (only_channel(replica).sql_running) {
        if (Clock::now() >= deadline || !mysql::pause(stop, kLook)) return false;
    }
    return only_channel(replica).sql_error == 0;
}

}  // namespace wisp::replica
