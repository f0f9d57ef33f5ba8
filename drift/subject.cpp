// SPDX-License-Identifier: Apache-2.0
#include "drift/subject.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "binlog/column_hint.h"
#include "migrator/inspector.h"
#include "migrator/key_choice.h"
#include "mysql/connection.h"
#include "sql/identifier.h"

namespace wisp::drift {
namespace {

std::vector<sql::TableName> cascading_ancestors(mysql::Connection& primary,
                                                const sql::TableName& table) {
    std::vector<sql::TableName> found;
    std::deque<sql::TableName> open{table};
    while (!open.empty()) {
        const sql::TableName child = open.front();
        open.pop_front();
        const auto parents = primary.query(fmt::format(
            "SELECT UNIQUE_CONSTRAINT_SCHEMA, REFERENCED_TABLE_NAME FROM"
            " information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = {} AND"
            " TABLE_NAME = {} AND NOT (UPDATE_RULE IN ('RESTRICT', 'NO ACTION') AND DELETE_RULE IN"
            " ('RESTRICT', 'NO ACTION'))",
            sql::text_literal(child.schema), sql::text_literal(child.table)));
        for (const auto& row : parents) {
            const sql::TableName parent{row.text(0), row.text(1)};
            // The table itself, too: what it cascades to its own rows is not logged.
            if (std::find(found.begin(), found.end(), parent) != found.end()) continue;
            found.push_back(parent);
            open.push_back(parent);
        }
    }
    return found;
}

std::string why_incomparable(mysql::Connection& primary, const sql::Table& table) {
    if (!sql::same_name(table.engine, "InnoDB")) {
        // A view of it may show what is not in the binlog yet, so no difference proves anything.
        return fmt::format("the engine is {}, not InnoDB", table.engine);
    }
    const auto versioned = primary.scalar(fmt::format(
        "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND TABLE_NAME = {} AND"
        " TABLE_TYPE = 'SYSTEM VERSIONED'",
        sql::text_literal(table.name.schema), sql::text_literal(table.name.table)));
    return versioned ? "it is system versioned: each server keeps a history of its own" : "";
}

}  // namespace

Subject make_subject(mysql::Connection& primary, const sql::TableName& name) {
    Subject subject;
    migrator::Plan& plan = subject.plan;
    plan.source = migrator::inspect_table(primary, name);
    plan.ghost = plan.source;
    plan.names.source = plan.names.ghost = plan.source.name;
    for (std::size_t i = 0; i < plan.source.columns.size(); ++i) {
        const sql::Column& column = plan.source.columns[i];
        if (column.generated == sql::Generated::kVirtual) continue;  // follows from the others
        migrator::MappedColumn mapped;
        mapped.source_index = i;
        mapped.source = mapped.ghost = column;
        plan.columns.push_back(std::move(mapped));
    }
    plan.hints = binlog::column_hints(plan.source);
    subject.incomparable = why_incomparable(primary, plan.source);
    subject.no_key = migrator::why_no_key(plan.source);
    subject.has_key = subject.no_key.empty();
    if (subject.has_key) migrator::choose_key(plan);
    subject.cascades_from = cascading_ancestors(primary, plan.source.name);
    return subject;
}

}  // namespace wisp::drift
