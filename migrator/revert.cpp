// SPDX-License-Identifier: Apache-2.0
#include "migrator/revert.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "migrator/checkpoint_table.h"
#include "migrator/column_map.h"
#include "migrator/copy_sql.h"
#include "migrator/cutover_driver.h"
#include "migrator/inspector.h"
#include "migrator/names.h"
#include "migrator/refusal.h"
#include "migrator/triggers.h"
#include "migrator/verify/column_comparison.h"
#include "mysql/connection.h"
#include "sql/create_table.h"
#include "sql/identifier.h"
#include "sql/key_range.h"

namespace wisp::migrator {
namespace {

[[noreturn]] void refuse(const std::string& why) {
    throw Refusal("--revert: " + why + "; nothing was touched");
}

/// An attempt to cut over that was killed may have left the old table under its working name.
sql::TableName name_of_old_table(mysql::Connection& writer, const TableNames& names) {
    const bool moved = relation(writer, names.swap_ghost) != Relation::kNone;
    const bool there = relation(writer, names.ghost) == Relation::kTable;
    if (there && moved) {
        refuse(
            fmt::format("{} and {} are both there, and either may be the old table; look at them"
                        " and move one away",
                        sql::quote(names.ghost), sql::quote(names.swap_ghost)));
    }
    if (there) return names.ghost;
    if (moved) return names.swap_ghost;
    refuse(fmt::format("there is no table {}, which --old-table names", sql::quote(names.ghost)));
}

/// Of a SHOW CREATE TABLE: what stands behind the table's name, and without it in the names that
/// the server gives to constraints.
std::string behind_name(const std::string& create) {
    const auto begins = create.find('`');
    auto ends = begins + 1;
    while (ends < create.size() && (create[ends] != '`' || create.compare(ends, 2, "``") == 0)) {
        ends += create[ends] == '`' ? 2 : 1;
    }
    const std::string name = create.substr(begins, ends - begins);  // `name, without the end
    std::string text = create.substr(std::min(ends, create.size()));
    for (const char* given : {"_chk_", "_ibfk_"}) {
        constexpr std::string_view kConstraint = "CONSTRAINT ";
        const std::string full = std::string(kConstraint) + name + given;
        for (auto at = text.find(full); at != std::string::npos; at = text.find(full, at)) {
            at += kConstraint.size();
            text.replace(at, name.size(), "`");
        }
    }
    return text;
}

/// A revert that was killed behind its swap has done its work.
void refuse_swapped_back(mysql::Connection& writer, const Plan& plan, const Checkpoint& swap) {
    const TableNames& names = plan.names;
    const auto is_real = [&](const sql::TableName& name) {
        return relation(writer, name) == Relation::kTable && !is_sentry(writer, name);
    };
    if (is_real(names.ghost) || is_real(names.swap_ghost)) return;
    if (!is_real(names.old) && !is_real(names.swap_old)) return;
    if (behind_name(sql::without_counter(plan.source.create_statement)) !=
        behind_name(swap.plan.source)) {
        return;
    }
    refuse(
        fmt::format("the tables were swapped back already, and what was left is to be dropped:"
                    " {} and {}; the table that went is {}, or {}",
                    sql::quote(names.changelog), sql::quote(names.checkpoint),
                    sql::quote(names.old), sql::quote(names.swap_old)));
}

void refuse_triggers(mysql::Connection& writer, const sql::TableName& name) {
    const auto triggers = trigger_names(writer, name);
    if (triggers.empty()) return;
    refuse(
        fmt::format("trigger `{}` is on {} and would fire for what is replayed; drop it, and"
                    " create it again after the revert",
                    triggers.front(), sql::quote(name)));
}

/// Rows written since the swap were not held to them.
void refuse_foreign_keys(const std::string& definition, const sql::TableName& name) {
    const auto parts = sql::split_create_table(definition);
    if (!parts) return;
    for (const auto& part : *parts) {
        if (part.kind != sql::DefinitionKind::kForeignKey) continue;
        refuse(
            fmt::format("{} has the foreign key {}, which rows written since the swap may not"
                        " keep; look at them and pass --skip-foreign-key-checks",
                        sql::quote(name), part.text));
    }
}

/// True if the ghost's values of the column went into the source's without a loss, so that what
/// comes back is what they were.
bool went_unchanged(const MappedColumn& column) {
    if (column.expression != "{}") return false;
    return keeps_values(
        {0, column.ghost, column.source, sql::conversion_for(column.ghost, column.source), "{}"});
}

/// The migration as it was: it fed the table that is the source now from the ghost of now. With its
/// flag --skip-renamed-columns or without: the checkpoint tells which.
Plan plan_of_migration(const Checkpoint& swap, const sql::Table& source, const sql::Table& ghost) {
    for (const bool skip_renamed : {false, true}) {
        Plan then;
        then.source = ghost;
        then.ghost = source;
        auto alter = sql::split_alter(swap.plan.alter);
        if (!alter) refuse("the ALTER of the migration cannot be read: " + alter.error());
        then.alter = std::move(*alter);
        if (skip_renamed) drop_renamed_columns(then.alter);
        try {
            map_columns(then);
        } catch (const Refusal&) {
            continue;
        }
        if (fingerprint(then, {}, {}).columns == swap.plan.columns) return then;
    }
    refuse("which column the migration fed from which cannot be told");
}

/// True for a column that the server computes now, so that the migration did not feed it, and that
/// has been the old table's as well.
bool goes_on(const Plan& migration, const sql::Column& column) {
    const auto& dropped = migration.dropped;
    return column.generated != sql::Generated::kNo &&
           migration.source.column_index(column.name).has_value() &&
           std::none_of(dropped.begin(), dropped.end(),
                        [&](const std::string& name) { return sql::same_name(name, column.name); });
}

bool is_fed(const Plan& plan, const sql::Column& ghost) {
    return std::any_of(plan.columns.begin(), plan.columns.end(), [&](const MappedColumn& column) {
        return sql::same_name(column.ghost.name, ghost.name);
    });
}

std::string expression_for_new_rows(const Plan& plan, const sql::Column& column) {
    for (const auto& filled : plan.filled) {
        if (sql::same_name(filled.name, column.name)) return filled.expression;
    }
    return "DEFAULT";
}

std::vector<std::string> not_compared(const Plan& plan) {
    std::vector<std::string> names;
    for (const auto& column : plan.columns) {
        if (!column.compared) names.push_back(column.ghost.name);
    }
    return names;
}

}  // namespace

TableNames names_of_revert(const TableNames& names, const std::string& old_table) {
    TableNames back = names;
    back.ghost.table = old_table;
    back.old.table = sql::old_name(names.source.table, "rev");
    // Under its working name, too, it must not pass for a ghost that any run may drop.
    back.swap_ghost.table = name_after(names.source.table, "~rev");
    for (const auto& taken : {names.source, names.changelog, names.checkpoint, names.swap_ghost,
                              names.swap_old, back.old, back.swap_ghost}) {
        if (!sql::same_name(taken.table, old_table)) continue;
        refuse(
            fmt::format("--old-table={} is a name that this run needs itself; pass the one that the"
                        " migration gave to the table as it was",
                        old_table));
    }
    return back;
}

Checkpoint find_swap(mysql::Connection& writer, const Plan& plan, bool any_foreign_keys) {
    const TableNames& names = plan.names;
    auto found = load_checkpoint(writer, names.checkpoint);
    if (!found || !found->reached.swapped) {
        refuse(fmt::format(
            "{} does not tell of a swap: only a migration that ran with --checkpoint and kept its"
            " old table can be taken back, as long as its checkpoint is there",
            sql::quote(names.checkpoint)));
    }
    // Exactly: a table of another case may be another one.
    if (found->old_table != names.ghost.table) {
        refuse(fmt::format("--old-table={} is not the table that the migration left, which is {}",
                           names.ghost.table, found->old_table));
    }
    refuse_swapped_back(writer, plan, *found);
    const auto demand = [](const sql::TableName& name, const std::string& now,
                           const std::string& then) {
        if (behind_name(now) == behind_name(then)) return;
        refuse(fmt::format("{} is not defined any more as the migration left it; then: {} now: {}",
                           sql::quote(name), then, now));
    };
    const auto old = name_of_old_table(writer, names);
    demand(names.source, sql::without_counter(plan.source.create_statement), found->plan.ghost);
    const std::string definition =
        sql::without_counter(inspect_table(writer, old).create_statement);
    demand(old, definition, found->plan.source);
    if (!any_foreign_keys) refuse_foreign_keys(definition, old);
    refuse_triggers(writer, old);
    found->reached.finished = {Span{}};
    found->reached.rows = 0;
    found->reached.verified.clear();
    found->reached.rows_verified = 0;
    // What is prepared now is waited for; what was, then, cannot have touched the locked table.
    found->reached.no_older_xa = false;
    return std::move(*found);
}

sql::Alter way_back(const Checkpoint& swap, const sql::Table& source, const sql::Table& ghost) {
    const Plan then = plan_of_migration(swap, source, ghost);
    sql::Alter back;
    for (const auto& column : source.columns) {
        const auto fed = std::find_if(
            then.columns.begin(), then.columns.end(),
            [&](const MappedColumn& c) { return sql::same_name(c.ghost.name, column.name); });
        if (fed == then.columns.end()) {
            if (!goes_on(then, column)) back.dropped_columns.push_back(column.name);
        } else if (!sql::same_name(fed->source.name, column.name)) {
            back.renamed_columns.emplace_back(column.name, fed->source.name);
        }
    }
    return back;
}

void plan_revert(Plan& plan) {
    for (std::size_t i = 0; i < plan.columns.size(); ++i) {
        MappedColumn& column = plan.columns[i];
        column.compared = went_unchanged(column);
        const auto& key = plan.key.columns;
        if (column.compared || std::find(key.begin(), key.end(), i) == key.end()) continue;
        refuse(
            fmt::format("the migration has changed values of {}, a column of the key: rows are"
                        " not found again in {}",
                        sql::quote(column.source.name), sql::quote(plan.names.ghost)));
    }
    for (const auto& column : plan.ghost.columns) {
        if (column.generated != sql::Generated::kNo || is_fed(plan, column)) continue;
        plan.kept.push_back({column, expression_for_new_rows(plan, column)});
    }
    plan.filled.clear();
    if (plan.kept.empty() || !(plan.ghost_is_stricter || has_other_unique_keys(plan))) return;
    refuse(fmt::format(
        "{} has a column that {} lacks, {}, and another unique key beside {}: replay"
        " may push a row out by that key for a moment, and its value would be lost",
        sql::quote(plan.names.ghost), sql::quote(plan.names.source),
        sql::quote(plan.kept.front().column.name), sql::quote(plan.key.source_index_name)));
}

std::string describe_revert(const Plan& plan, const Checkpoint& swap) {
    std::string text = fmt::format(
        "{} takes the place of {} again, with what was written since the swap, which"
        " is behind {} in the binlog; {} will be {}\n",
        sql::quote(plan.names.ghost), sql::quote(plan.names.source), swap.reached.position.text(),
        sql::quote(plan.names.source), sql::quote(plan.names.old));
    if (!plan.dropped.empty()) {
        text += fmt::format("only in {} from then on: {}\n", sql::quote(plan.names.old),
                            sql::column_list(plan.dropped));
    }
    if (!plan.kept.empty()) {
        std::vector<std::string> names;
        for (const auto& kept : plan.kept) names.push_back(kept.column.name);
        text += fmt::format(
            "rows that were there keep their values of {}; those inserted since"
            " get the default\n",
            sql::column_list(names));
    }
    if (const auto names = not_compared(plan); !names.empty()) {
        text += fmt::format("verification leaves out what the migration may have rounded: {}\n",
                            sql::column_list(names));
    }
    return text;
}

}  // namespace wisp::migrator
