// SPDX-License-Identifier: Apache-2.0
#include "migrator/server_mover.h"

#include <fmt/format.h>

#include <algorithm>

#include "mysql/connection.h"
#include "sql/identifier.h"
#include "sql/key_range.h"
#include "sql/literal.h"

namespace wisp::migrator {
namespace {

constexpr std::size_t kMissingPage = 500;

std::string copy_head(const Plan& plan) {
    std::string targets;
    std::string sources;
    const auto add = [&](const std::string& target, const std::string& source) {
        targets += (targets.empty() ? "" : ", ") + sql::quote(target);
        sources += (sources.empty() ? "" : ", ") + source;
    };
    for (const auto& column : plan.columns) {
        add(column.ghost.name, column.wrap(sql::quote(column.source.name)));
    }
    for (const auto& column : plan.filled) add(column.name, column.expression);
    return fmt::format("INSERT INTO {} ({}) SELECT {} FROM {} FORCE INDEX ({}) WHERE ",
                       sql::quote(plan.names.ghost), targets, sources,
                       sql::quote(plan.names.source), sql::quote(plan.key.source_index_name));
}

/// "s.k = g.k AND …": the same row in both tables, by the server's equality and by bytes.
std::string same_key(const Plan& plan) {
    std::string text;
    for (const auto i : plan.key.columns) {
        const MappedColumn& column = plan.columns[i];
        const std::string ghost = "g." + sql::quote(column.ghost.name);
        std::string source = column.wrap("s." + sql::quote(column.source.name));
        const bool recode = sql::is_text_type(column.ghost.data_type) &&
                            sql::is_text_type(column.source.data_type) &&
                            column.source.collation != column.ghost.collation;
        if (recode) {
            source = fmt::format("CONVERT({} USING {}) COLLATE {}", source, column.ghost.charset,
                                 column.ghost.collation);
        }
        if (!text.empty()) text += " AND ";
        text += fmt::format("{} = {}", ghost, source);
        if (recode)
            text += fmt::format(" AND CAST({} AS BINARY) = CAST({} AS BINARY)", ghost, source);
    }
    return text;
}

}  // namespace

ServerMover::ServerMover(const Plan& plan) : plan_(plan), head_(copy_head(plan)) {
    const std::string key = sql::quote(plan.columns[plan.key.columns.front()].ghost.name);
    const std::string ghost = sql::quote(plan.names.ghost.table);
    // Not IGNORE, which would turn conversion errors into warnings: a row that is there already (by
    // any unique key) is left as it is, everything else stays strict.
    tail_ = fmt::format(" ON DUPLICATE KEY UPDATE {}.{} = {}.{}", ghost, key, ghost, key);
    other_unique_keys_ =
        plan.exact_key || std::count_if(plan.ghost.keys.begin(), plan.ghost.keys.end(),
                                        [](const sql::Key& k) { return k.unique; }) > 1;
}

Moved ServerMover::move(mysql::Connection& connection, const Range& range) {
    const auto done = connection.execute(head_ + range_condition(plan_, range) + tail_);
    Moved moved{done.records, done.affected_rows, {}};
    if (moved.rows_inserted < moved.rows_read && other_unique_keys_) {
        find_missing(connection, range, moved);
    }
    return moved;
}

void ServerMover::find_missing(mysql::Connection& connection, const Range& range,
                               Moved& moved) const {
    const auto names = key_columns(plan_);
    std::string beyond;
    for (std::size_t found = kMissingPage; found == kMissingPage;) {
        const auto rows = connection.query(fmt::format(
            "SELECT {} FROM (SELECT {} FROM {} FORCE INDEX ({}) WHERE ({}){}) AS s"
            " WHERE NOT EXISTS (SELECT 1 FROM {} AS g WHERE {}) ORDER BY {} LIMIT {}",
            key_select_list(plan_, "s."), sql::column_list(names), sql::quote(plan_.names.source),
            sql::quote(plan_.key.source_index_name), range_condition(plan_, range), beyond,
            sql::quote(plan_.names.ghost), same_key(plan_), sql::order_by(names), kMissingPage));
        for (const auto& row : rows) {
            moved.missing.push_back(sql::equal_to(names, key_literals(plan_, row)));
        }
        found = rows.size();
        if (found > 0) {
            beyond = " AND " + sql::greater_than(names, key_literals(plan_, rows[found - 1]));
        }
    }
}

}  // namespace wisp::migrator
