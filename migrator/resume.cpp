// SPDX-License-Identifier: Apache-2.0
#include "migrator/resume.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "binlog/gtid.h"
#include "binlog/server_log.h"
#include "migrator/checkpoint_table.h"
#include "migrator/cutover_driver.h"
#include "migrator/inspector.h"
#include "migrator/lock_holders.h"
#include "migrator/refusal.h"
#include "migrator/table_maker.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/create_table.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

std::string definition(mysql::Connection& connection, const sql::TableName& name) {
    const auto rows = connection.query("SHOW CREATE TABLE " + sql::quote(name));
    return sql::without_counter(rows[0].text(1));
}

[[noreturn]] void refuse(const Plan& plan, const std::string& why) {
    throw Refusal(fmt::format("--resume: {}; nothing was touched; {} ({})", why, kAfresh,
                              sql::quote(plan.names.source)));
}

/// Under which of its two names the ghost is.
sql::TableName find_ghost(mysql::Connection& writer, const Plan& plan) {
    const auto is_there = [&](const sql::TableName& name) {
        return relation(writer, name) == Relation::kTable;
    };
    const sql::TableName& own = plan.names.ghost;
    const sql::TableName& swapping = plan.names.swap_ghost;
    const bool moved = is_there(swapping);
    if (is_there(own) && moved) {
        refuse(plan, fmt::format("{} and {} are both there, and only one can be the ghost table",
                                 sql::quote(own), sql::quote(swapping)));
    }
    if (!moved && !is_there(own)) {
        refuse(plan, fmt::format("the ghost table {} is not there", sql::quote(own)));
    }
    return moved ? swapping : own;
}

void refuse_swapped(mysql::Connection& writer, const Plan& plan, const Checkpoint& checkpoint) {
    const TableNames& names = plan.names;
    const bool ghost_there = relation(writer, names.ghost) != Relation::kNone ||
                             relation(writer, names.swap_ghost) != Relation::kNone;
    const auto is_real = [&](const sql::TableName& name) {
        return relation(writer, name) == Relation::kTable && !is_sentry(writer, name);
    };
    const bool altered = (is_real(names.old) || is_real(names.swap_old)) &&
                         nameless(sql::without_counter(plan.source.create_statement),
                                  names.source) == nameless(checkpoint.plan.ghost, names.ghost);
    if (!checkpoint.reached.swapped && (ghost_there || !altered)) return;
    throw Refusal(fmt::format(
        "--resume: the tables were swapped already: {} is the new table. Nothing was touched; there"
        " is nothing to resume. Drop {} if it is there; keep {} as long as the migration may be "
        "taken"
        " back (--revert); the table as it was is {}, or {}",
        sql::quote(names.source), sql::quote(names.changelog), sql::quote(names.checkpoint),
        sql::quote(names.old), sql::quote(names.swap_old)));
}

/// True if the server has executed this transaction, or written it itself.
bool knows(mysql::Connection& connection, const std::string& gtid) {
    if (!connection.server().mariadb()) {
        return connection.scalar(fmt::format("SELECT GTID_SUBSET({}, @@global.gtid_executed)",
                                             sql::text_literal(gtid))) == "1";
    }
    return binlog::list_holds(connection.scalar("SELECT @@global.gtid_binlog_state").value_or(""),
                              gtid);
}

}  // namespace

std::string binlog_identity(mysql::Connection& connection) {
    return connection
        .scalar(connection.server().has_server_uuid() ? "SELECT @@global.server_uuid"
                                                      : "SELECT @@global.server_id")
        .value_or("");
}

Checkpoint find_checkpoint(mysql::Connection& writer, const Plan& plan, const std::string& alter) {
    auto found = load_checkpoint(writer, plan.names.checkpoint);
    if (!found) {
        refuse(plan, fmt::format("there is no checkpoint in {}: the earlier run was without"
                                 " --checkpoint, or ended before its first one",
                                 sql::quote(plan.names.checkpoint)));
    }
    if (found->plan.alter != alter) {
        refuse(plan, fmt::format("the checkpoint is of another ALTER: \"{}\", and now it is \"{}\";"
                                 " resume with the one it began with",
                                 found->plan.alter, alter));
    }
    refuse_swapped(writer, plan, *found);
    if (found->plan.source != sql::without_counter(plan.source.create_statement)) {
        refuse(plan,
               fmt::format("{} is not defined any more as when the run began; then: {} now: {}",
                           sql::quote(plan.names.source), found->plan.source,
                           sql::without_counter(plan.source.create_statement)));
    }
    const auto name = find_ghost(writer, plan);
    const std::string now = definition(writer, name);
    const auto same = [&](const std::string& then) {
        return nameless(now, name) == nameless(then, plan.names.ghost);
    };
    if (!same(found->plan.ghost) && !same(found->bare_ghost)) {
        refuse(plan, fmt::format("{} is not what the run had made of it; then: {} now: {}",
                                 sql::quote(name), found->plan.ghost, now));
    }
    return std::move(*found);
}

void demand_binlog(mysql::Connection& streamer, const Checkpoint& checkpoint, std::string_view flag,
                   std::string_view otherwise) {
    const std::string server = streamer.endpoint().label();
    const auto refuse = [&](const std::string& why) {
        throw Refusal(fmt::format("{}: {}; nothing was touched; {}", flag, why, otherwise));
    };
    if (const auto now = binlog_identity(streamer); now != checkpoint.plan.server) {
        refuse(
            fmt::format("the checkpoint is a position in the binlog of another server ({}, and {}"
                        " is {}); pass the --host it began with",
                        checkpoint.plan.server, server, now));
    }
    const auto& position = checkpoint.reached.position;
    const auto files = binlog::log_files(streamer);
    const auto file = std::find_if(files.begin(), files.end(), [&](const binlog::LogFile& f) {
        return f.name == position.file;
    });
    if (file == files.end()) {
        refuse(
            fmt::format("{} has no binlog {} any more, the oldest is {}: what was written since"
                        " the checkpoint at {} cannot be replayed",
                        server, position.file, files.front().name, position.text()));
    }
    const auto end = binlog::log_end(streamer);
    if (position.offset > (end.file == file->name ? end.offset : file->bytes)) {
        refuse(
            fmt::format("the binlog {} of {} ends before the checkpoint's position {}: the server"
                        " has lost the end of its log",
                        position.file, server, position.text()));
    }
    const auto synced = streamer.scalar("SELECT @@global.sync_binlog").value_or("");
    if (synced != "1") {
        log::warn(
            "{} has sync_binlog={}: if it crashed since the checkpoint, its binlog may lack what "
            "the"
            " table has, and only --verify=full finds that; if it crashed, do not use another one",
            server, synced);
    }
    if (!checkpoint.reached.gtid.empty() && !knows(streamer, checkpoint.reached.gtid)) {
        refuse(
            fmt::format("{} does not know the transaction {} that the checkpoint was written"
                        " after: its binlog is another one now",
                        server, checkpoint.reached.gtid));
    }
}

std::uint64_t newest_marker(mysql::Connection& writer, const TableNames& names) {
    if (relation(writer, names.changelog) != Relation::kTable) return 0;
    const auto rows = writer.query(
        fmt::format("SELECT `value` FROM {} WHERE `hint` = 'marker'", sql::quote(names.changelog)));
    return rows.empty() ? 0 : rows[0].number(0);
}

void demand_same_plan(const Checkpoint& checkpoint, const Fingerprint& now) {
    const auto demand = [](const char* what, const std::string& then, const std::string& is) {
        if (then == is) return;
        throw Refusal(fmt::format(
            "--resume: {} not those of the checkpoint; then: {} now: {}; pass the flags the run"
            " began with; {}",
            what, then, is, kAfresh));
    };
    demand("key and its columns are", checkpoint.plan.key, now.key);
    demand("columns and their conversions are", checkpoint.plan.columns, now.columns);
}

void take_over(mysql::Connection& writer, const TableNames& names, std::string_view flag) {
    const bool moved = relation(writer, names.ghost) == Relation::kNone;
    const sql::TableName& ghost = moved ? names.swap_ghost : names.ghost;
    // A chunk of a dead wisp may still be at work, and commit over what this run replays. Whoever
    // uses the ghost is waited for.
    const std::string locked = sql::quote(ghost);
    try {
        writer.execute(fmt::format("LOCK TABLES {} WRITE", locked));
        writer.execute("UNLOCK TABLES");
    } catch (const mysql::Error& error) {
        if (!error.retryable()) throw;
        throw Refusal(fmt::format(
            "{}: somebody is at work on {}, perhaps a session of the earlier run{}; wait for its"
            " end or KILL it, then run it again (server: {})",
            flag, locked, lock_holders(writer, ghost), error.server_text()));
    }
    if (moved) {
        writer.execute(fmt::format("RENAME TABLE {} TO {}", locked, sql::quote(names.ghost)));
    }
    // Not before: a RENAME that a dead wisp left waiting would find its way free.
    if (is_sentry(writer, names.swap_old)) drop_table(writer, names.swap_old);
    if (is_sentry(writer, names.old)) drop_table(writer, names.old);
    log::info("took over what an earlier run left ghost={}", names.ghost.table);
}

}  // namespace wisp::migrator
