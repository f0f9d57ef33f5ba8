// SPDX-License-Identifier: Apache-2.0
#include "drift/row_copy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "migrator/client_mover.h"
#include "mysql/connection.h"
#include "sql/identifier.h"
#include "sql/key_range.h"
#include "sql/literal.h"

namespace wisp::drift {
namespace {

std::vector<const sql::Column*> copied(const Subject& subject) {
    std::vector<const sql::Column*> columns;
    for (const auto& column : subject.plan.columns) {
        if (column.source.generated == sql::Generated::kNo) columns.push_back(&column.source);
    }
    return columns;
}

}  // namespace

std::string copied_columns(const Subject& subject) {
    std::vector<std::string> names;
    for (const auto* column : copied(subject)) names.push_back(column->name);
    return sql::column_list(names);
}

std::map<Key, CopiedRow> copies_of(mysql::Connection& primary, const View& view,
                                   const std::vector<Key>& keys, std::size_t first,
                                   std::size_t count) {
    const auto& plan = view.subject.plan;
    const auto columns = copied(view.subject);
    std::vector<std::string> list;
    std::vector<std::string> plain;
    for (const auto* column : columns) {
        list.push_back(migrator::exact_expression(*column));
        if (column->data_type == "json") plain.push_back(migrator::json_is_plain(*column));
    }
    list.insert(list.end(), plain.begin(), plain.end());
    std::vector<std::string> conditions;
    for (std::size_t i = first; i < std::min(first + count, keys.size()); ++i) {
        conditions.push_back(sql::equal_to(migrator::key_columns(plan), keys[i]));
    }
    const auto rows = primary.query(
        fmt::format("SELECT {}, {} FROM {}{} WHERE {}{}", migrator::key_select_list(plan, ""),
                    fmt::join(list, ", "), sql::quote(view.subject.name()), view.index,
                    fmt::join(conditions, " OR "), view.reading));
    const std::size_t begin = plan.key.columns.size();
    std::map<Key, CopiedRow> copies;
    for (const auto& row : rows) {
        CopiedRow copy{"(", {}, ""};
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const std::size_t at = begin + i;
            const sql::Value value = migrator::exact_value(
                *columns[i], row.is_null(at) ? std::nullopt : std::optional(row[at]));
            if (sql::refused_by_strict(value, *columns[i]))
                copy.lenient.push_back(columns[i]->name);
            if (i > 0) copy.tuple += ',';
            sql::append_literal(copy.tuple, value, *columns[i]);
        }
        copy.tuple += ')';
        for (std::size_t i = begin + columns.size(); i < row.size(); ++i) {
            if (row[i] == "0") {
                copy.problem = "it has a JSON document that JSON text does not tell exactly";
            }
        }
        copies.insert_or_assign(migrator::key_literals(plan, row), std::move(copy));
    }
    return copies;
}

}  // namespace wisp::drift
