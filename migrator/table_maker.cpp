// SPDX-License-Identifier: Apache-2.0
#include "migrator/table_maker.h"

#include <fmt/format.h>

#include "base/fault.h"
#include "base/log.h"
#include "migrator/changelog.h"
#include "migrator/checkpoint_table.h"
#include "migrator/inspector.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/identifier.h"
#include "sql/literal.h"

namespace wisp::migrator {
namespace {

void alter_ghost(mysql::Connection& connection, const Plan& plan) {
    const std::string ghost = sql::quote(plan.names.ghost);
    // A TIMESTAMP's DEFAULT '…' is a time of the server's zone, as in a native ALTER.
    connection.execute("SET SESSION time_zone = @@GLOBAL.time_zone");
    try {
        connection.execute(fmt::format("ALTER TABLE {} {}", ghost, plan.alter.clauses));
    } catch (const mysql::Error& error) {
        if (error.kind() == mysql::ErrorKind::kLost) throw;
        throw Refusal(
            fmt::format("the ALTER does not run on the empty ghost table: {} (error {}); correct "
                        "--alter=\"{}\"",
                        error.server_text(), error.code(), plan.alter.clauses));
    }
    connection.execute("SET SESSION time_zone = '+00:00'");
    if (!plan.alter.sets_auto_increment && plan.source.auto_increment > 1) {
        connection.execute(
            fmt::format("ALTER TABLE {} AUTO_INCREMENT={}", ghost, plan.source.auto_increment));
    }
}

/// What the run will need hours from now, tried on our own table.
void try_rights(mysql::Connection& connection, const Plan& plan, const sql::TableName& name) {
    const std::string table = sql::quote(name);
    try {
        if (plan.has_changelog) connection.execute(write_marker(name, 0));
        connection.execute("DELETE FROM " + table);
        connection.execute(fmt::format("LOCK TABLES {} WRITE", table));
        connection.execute("UNLOCK TABLES");
    } catch (const mysql::Error& error) {
        if (error.kind() != mysql::ErrorKind::kRefused) throw;
        throw Refusal(
            fmt::format("a right is missing: {}; GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, "
                        "ALTER, DROP, INDEX,"
                        " LOCK TABLES ON {}.* to the account",
                        error.server_text(), sql::quote(name.schema)));
    }
}

void refuse_leftover(mysql::Connection& connection, const sql::TableName& name,
                     std::string_view remedy) {
    if (relation(connection, name) == Relation::kNone) return;
    throw Refusal(
        fmt::format("table {} is there already, perhaps from an earlier run; look at it, then drop "
                    "it or {}",
                    sql::quote(name), remedy));
}

}  // namespace

void carry_counter(mysql::Connection& source, mysql::Connection& ghost, const Plan& plan) {
    if (plan.alter.sets_auto_increment || plan.source.auto_increment == 0) return;
    const auto next = source.scalar(fmt::format(
        "SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND"
        " TABLE_NAME = {}",
        sql::text_literal(plan.names.source.schema), sql::text_literal(plan.names.source.table)));
    if (!next) return;
    // An attempt to cut over that could not be taken back leaves it under its working name.
    const bool moved = relation(ghost, plan.names.ghost) == Relation::kNone;
    const auto& name = moved ? plan.names.swap_ghost : plan.names.ghost;
    ghost.execute(fmt::format("ALTER TABLE {} AUTO_INCREMENT = {}", sql::quote(name), *next));
}

void drop_table(mysql::Connection& connection, const sql::TableName& name) {
    connection.execute("DROP TABLE IF EXISTS " + sql::quote(name));
}

void check_leftovers(mysql::Connection& connection, const TableNames& names,
                     LeftoverPolicy policy) {
    if (!policy.drop_changelog && relation(connection, names.changelog) != Relation::kNone) {
        throw Refusal(fmt::format(
            "table {} is on {}, where this run makes none: a migration of this table is at work on"
            " the primary, or has left it there; wait for its end, or drop it on the primary",
            sql::quote(names.changelog), connection.endpoint().label()));
    }
    if (!policy.drop_ghost && !policy.keep_ghost) {
        const bool resumable = has_checkpoint_table(connection, names.checkpoint);
        for (const auto& name : {names.ghost, names.swap_ghost}) {
            refuse_leftover(connection, name,
                            resumable ? "pass --initially-drop-ghost-table; or go on with it, its"
                                        " checkpoint is there: the flags it began with and --resume"
                                      : "pass --initially-drop-ghost-table");
        }
    }
    if (!policy.drop_old) {
        const auto* const remedy = policy.reverts ? "rename it" : "pass --initially-drop-old-table";
        refuse_leftover(connection, names.old, remedy);
        refuse_leftover(connection, names.swap_old, remedy);
    }
}

void clear_leftovers(mysql::Connection& connection, const TableNames& names,
                     LeftoverPolicy policy) {
    check_leftovers(connection, names, policy);
    if (policy.drop_changelog) drop_table(connection, names.changelog);
    if (!policy.keep_ghost) {
        // First: beside the next ghost it would tell of rows that are not there.
        const auto checkpoint = load_checkpoint(connection, names.checkpoint);
        const bool tells_of_old = policy.keep_old && checkpoint && checkpoint->reached.swapped;
        if (!tells_of_old && has_checkpoint_table(connection, names.checkpoint)) {
            if (checkpoint && checkpoint->reached.swapped) {
                log::warn(
                    "the checkpoint of the last migration of {} goes: that one can no longer"
                    " be taken back by --revert",
                    sql::quote(names.source));
            }
            drop_table(connection, names.checkpoint);
        }
        for (const auto& name : {names.ghost, names.swap_ghost}) drop_table(connection, name);
    }
    if (policy.keep_old) return;
    for (const auto& name : {names.old, names.swap_old}) drop_table(connection, name);
}

void make_changelog(mysql::Connection& connection, const Plan& plan) {
    connection.execute(create_changelog(plan.names.changelog));
    try_rights(connection, plan, plan.names.changelog);
}

void make_tables(mysql::Connection& connection, const Plan& plan) {
    try {
        if (plan.has_changelog) make_changelog(connection, plan);
        connection.execute(fmt::format("CREATE TABLE {} LIKE {}", sql::quote(plan.names.ghost),
                                       sql::quote(plan.names.source)));
        if (!plan.has_changelog) try_rights(connection, plan, plan.names.ghost);
        alter_ghost(connection, plan);
        if (plan.has_checkpoint) {
            connection.execute(create_checkpoint_table(plan.names.checkpoint));
        }
    } catch (const std::exception&) {
        if (connection.usable()) {
            drop_table(connection, plan.names.ghost);
            if (plan.has_checkpoint) drop_table(connection, plan.names.checkpoint);
            if (plan.has_changelog) drop_table(connection, plan.names.changelog);
        }
        throw;
    }
    log::info("created ghost and changelog ghost={} changelog={}", plan.names.ghost.table,
              plan.names.changelog.table);
    fault::point("tables.created");
}

std::vector<std::string> tables_left(mysql::Connection& connection, const Plan& plan) {
    // Never the old table: what stands under that name may hold the only copy of somebody's rows.
    std::vector<sql::TableName> names{plan.names.ghost, plan.names.swap_ghost};
    if (plan.has_changelog) names.push_back(plan.names.changelog);
    if (plan.has_checkpoint) names.push_back(plan.names.checkpoint);
    std::vector<std::string> left;
    for (const auto& name : names) {
        if (relation(connection, name) != Relation::kNone) left.push_back(sql::quote(name));
    }
    return left;
}

}  // namespace wisp::migrator
