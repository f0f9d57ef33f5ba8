// SPDX-License-Identifier: Apache-2.0
#include "migrator/signs.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "migrator/changelog.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/replica.h"
#include "mysql/retry.h"
#include "replica/gtid_owned.h"

namespace wisp::migrator {
namespace {

constexpr std::chrono::milliseconds kLook{2};
constexpr std::chrono::seconds kPatience{60};  // with transactions that were begun before the start

binlog::Position end_of_binlog(mysql::Connection& source) {
    const auto end = mysql::binlog_status(source);
    if (!end)
        throw Refusal("the binary log of " + source.endpoint().label() +
                      " is off; set log_bin in its option file and restart it");
    return {end->file, end->offset};
}

/// What a snapshot opened now sees, as a position: MariaDB Knowledge Base, "Enhancements for START
/// TRANSACTION WITH CONSISTENT SNAPSHOT".
binlog::Position snapshot_position(mysql::Connection& source) {
    source.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    source.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
    binlog::Position position;
    for (const auto& row : source.query("SHOW STATUS LIKE 'binlog_snapshot_%'")) {
        if (row[0] == "Binlog_snapshot_file") position.file = row.text(1);
        if (row[0] == "Binlog_snapshot_position") position.offset = row.number(1);
    }
    source.execute("COMMIT");
    if (position.file.empty()) {
        throw Refusal(
            fmt::format("{} does not tell what position a snapshot has (Binlog_snapshot_file)",
                        source.endpoint().label()));
    }
    return position;
}

/// False: not yet, after a while. True: all are in gtid_executed, so committed in the engine and
/// visible (F3).
bool await_executed(mysql::Connection& source, const std::string& gtids) {
    return source.scalar(
               fmt::format("SELECT WAIT_FOR_EXECUTED_GTID_SET({}, 1)", source.quote(gtids))) == "0";
}

}  // namespace

// --- by the changelog ----------------------------------------------------------------------------

ChangelogSigns::ChangelogSigns(sql::TableName changelog, std::uint64_t above)
    : changelog_(std::move(changelog)),
      last_(above != 0 ? above : static_cast<std::uint64_t>(now_microseconds())) {}

std::uint64_t server_clock(mysql::Connection& server) {
    return server.query("SELECT CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS UNSIGNED)")[0].number(0);
}

binlog::Position ChangelogSigns::start(mysql::Connection& source) {
    return end_of_binlog(source);
}

Mark ChangelogSigns::mark(mysql::Connection& source) {
    const Mark mark{++last_, {}};
    source.execute(write_marker(changelog_, mark.number));
    return mark;
}

bool ChangelogSigns::passed(const Mark& mark, const Applied& applied) const {
    return applied.marker >= mark.number;
}

void ChangelogSigns::prove_visible(mysql::Connection& source, unsigned reader, std::uint64_t count,
                                   const std::stop_token& /*stop*/) {
    // Our own write begins after everything delivered so far; when it has returned, all of that is
    // visible, because the server makes transactions visible in binlog order (F5). The count makes
    // every write differ from the one before: an unchanged row would log nothing.
    source.execute(write_fence(changelog_, reader, count));
}

void ChangelogSigns::beat(mysql::Connection& source) {
    source.execute(write_heartbeat(changelog_, now_microseconds()));
}

// --- by positions and GTIDs ----------------------------------------------------------------------

binlog::Position PositionSigns::start(mysql::Connection& source) {
    if (source.server().mariadb()) return snapshot_position(source);
    const auto end = end_of_binlog(source);
    // What stands before the end and is not visible yet is owned by the session that commits it.
    const auto owned =
        replica::owned_as_set(source.scalar("SELECT @@global.gtid_owned").value_or(""));
    const auto end_of_patience = std::chrono::steady_clock::now() + kPatience;
    while (!owned.empty() && !await_executed(source, owned)) {
        if (std::chrono::steady_clock::now() < end_of_patience) continue;
        throw Refusal(
            fmt::format("transactions {} are in work on {} and do not end; look at its sessions "
                        "and start again",
                        owned, source.endpoint().label()));
    }
    return end;
}

Mark PositionSigns::mark(mysql::Connection& source) {
    return {0, end_of_binlog(source)};
}

bool PositionSigns::passed(const Mark& mark, const Applied& applied) const {
    return !applied.position.empty() && applied.position >= mark.position;
}

void PositionSigns::prove_visible(mysql::Connection& source, unsigned /*reader*/,
                                  std::uint64_t /*count*/, const std::stop_token& stop) {
    const Delivered last = delivered_.copy();
    if (last.gtid.empty()) return;  // nothing since the start, and that is visible
    const bool snapshots = source.server().mariadb();
    while (!stop.stop_requested()) {
        if (snapshots ? snapshot_position(source) >= last.end : await_executed(source, last.gtid)) {
            return;
        }
        if (snapshots) mysql::pause(stop, kLook);
    }
    throw Stopped("stopped on request");
}

void PositionSigns::delivered(const binlog::Position& end, const std::string& gtid) {
    delivered_.write([&](Delivered& last) {
        if (last.gtid == gtid) return;  // no transaction: an event between two
        last = {end, gtid};
    });
}

}  // namespace wisp::migrator
