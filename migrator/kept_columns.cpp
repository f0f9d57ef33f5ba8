// SPDX-License-Identifier: Apache-2.0
#include "migrator/kept_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "migrator/client_mover.h"
#include "migrator/copy_sql.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "sql/identifier.h"
#include "sql/literal.h"

namespace wisp::migrator {
namespace {

constexpr std::size_t kRowsAtOnce = 100;  // each is tried against each
constexpr std::size_t kLargeRows = 4;     // of columns that may hold megabytes
constexpr std::uint64_t kLarge = 65'535;  // bytes

/// As bytes, whatever the session makes of text.
std::string shown(const sql::Column& column) {
    const std::string exact = exact_expression(column);
    return sql::is_text_type(column.data_type) ? fmt::format("CAST({} AS BINARY)", exact) : exact;
}

}  // namespace

KeptColumns::KeptColumns(const Plan& plan) : plan_(plan), rows_at_once_(kRowsAtOnce) {
    for (const auto& kept : plan.kept) select_ += ", " + shown(kept.column);
    for (const auto& kept : plan.kept) {
        const bool json = kept.column.data_type == "json";
        if (json || kept.column.max_bytes > kLarge) rows_at_once_ = kLargeRows;
        if (json) select_ += ", " + json_is_plain(kept.column);
    }
}

std::string KeptColumns::names() const {
    std::string names;
    for (const auto& kept : plan_.kept) names += "," + sql::quote(kept.column.name);
    return names;
}

void KeptColumns::read_on(mysql::Connection& connection, const sql::TableName& ghost,
                          const std::vector<const ChangeBatch::State*>& states, std::size_t i,
                          RowReader& reader) {
    if (!any() || i % rows_at_once_ != 0) return;
    found_.clear();
    std::vector<const ChangeBatch::State*> asked;
    for (std::size_t end = std::min(i + rows_at_once_, states.size()); i < end; ++i) {
        // One that was deleted and came again is another row.
        if (!states[i]->second.deleted && !states[i]->second.reborn) asked.push_back(states[i]);
    }
    if (!asked.empty()) read_some(connection, ghost, asked, reader);
}

void KeptColumns::read_some(mysql::Connection& connection, const sql::TableName& ghost,
                            const std::vector<const ChangeBatch::State*>& states,
                            RowReader& reader) {
    std::string number = "CASE";
    std::string condition;
    for (std::size_t i = 0; i < states.size(); ++i) {
        const std::string key = reader.condition(states[i]->second.change, false);
        number += fmt::format(" WHEN {} THEN {}", key, i);
        condition += (i == 0 ? "" : " OR ") + key;
    }
    const auto rows = connection.query(
        fmt::format("SELECT {} END{} FROM {} FORCE INDEX ({}) WHERE {}", number, select_,
                    sql::quote(ghost), sql::quote(ghost_key_name(plan_)), condition));
    for (const auto& row : rows) {
        const auto* state = states[row.number(0)];
        for (std::size_t i = 1 + plan_.kept.size(); i < row.size(); ++i) {
            if (row.is_null(i) || row[i] != "0") continue;
            throw Refusal(fmt::format(
                "a row of {} has a JSON document, in a column that only it has, which JSON text"
                " does not tell exactly (a DECIMAL, a date or bytes inside), and it would have to"
                " be written anew: {}",
                sql::quote(ghost), reader.key_name(state->second.change, false)));
        }
        Values& values = found_[state];
        for (std::size_t i = 0; i < plan_.kept.size(); ++i) {
            const sql::Column& column = plan_.kept[i].column;
            const auto value =
                exact_value(column, row.is_null(1 + i) ? std::nullopt : std::optional(row[1 + i]));
            if (sql::refused_by_strict(value, column)) values.lenient.push_back(column.name);
            values.text += "," + sql::literal(value, column);
        }
    }
}

void KeptColumns::append(const ChangeBatch::State& state, std::string& tuple,
                         std::vector<std::string>& lenient) const {
    if (const auto found = found_.find(&state); found != found_.end()) {
        const Values& values = found->second;
        tuple += values.text;
        lenient.insert(lenient.end(), values.lenient.begin(), values.lenient.end());
        return;
    }
    for (const auto& kept : plan_.kept) tuple += "," + kept.expression;
}

}  // namespace wisp::migrator
