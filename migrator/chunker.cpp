// SPDX-License-Identifier: Apache-2.0
#include "migrator/chunker.h"

#include <fmt/format.h>

#include <algorithm>

#include "mysql/connection.h"
#include "sql/identifier.h"
#include "sql/key_range.h"
#include "sql/literal.h"

namespace wisp::migrator {
namespace {

constexpr std::size_t kFirstRows = 2'000;
constexpr std::size_t kFewestRows = 100;
constexpr std::size_t kMostRows = 100'000;

/// How a key column is read so that literal_of() can give it back exactly.
std::string select_bound(const sql::Column& column, const std::string& prefix) {
    const std::string name = prefix + sql::quote(column.name);
    const std::string& type = column.data_type;
    if (!column.charset.empty() && type != "enum" && type != "set") return "HEX(" + name + ")";
    if (sql::is_binary_type(type)) return "HEX(" + name + ")";
    // By number: that is how these types are ordered.
    if (type == "enum" || type == "set" || type == "bit" || type == "year") return name + "+0";
    return name;
}

std::string literal_of(const sql::Column& column, std::string_view text) {
    const std::string& type = column.data_type;
    if (type == "enum" || type == "set" || type == "bit" || type == "year")
        return std::string(text);
    if (!column.charset.empty()) return fmt::format("_{} X'{}'", column.charset, text);
    if (sql::is_binary_type(type)) return fmt::format("_binary X'{}'", text);
    const bool number = type.find("int") != std::string::npos || type == "decimal";
    return number ? std::string(text) : fmt::format("'{}'", text);
}

}  // namespace

std::vector<std::string> key_columns(const Plan& plan) {
    std::vector<std::string> names;
    for (const auto i : plan.key.columns) names.push_back(plan.columns[i].source.name);
    return names;
}

std::string key_select_list(const Plan& plan, const std::string& prefix) {
    std::string list;
    for (const auto i : plan.key.columns) {
        list += (list.empty() ? "" : ", ") + select_bound(plan.columns[i].source, prefix);
    }
    return list;
}

std::vector<std::string> key_literals(const Plan& plan, const mysql::Row& row) {
    std::vector<std::string> literals;
    for (std::size_t i = 0; i < plan.key.columns.size(); ++i) {
        literals.push_back(literal_of(plan.columns[plan.key.columns[i]].source, row[i]));
    }
    return literals;
}

std::string range_condition(const Plan& plan, const Range& range) {
    if (!range.keys.empty()) return range.keys;
    const auto names = key_columns(plan);
    std::string condition;
    if (!range.after.empty()) condition = sql::greater_than(names, range.after);
    if (!range.up_to.empty()) {
        if (!condition.empty()) condition += " AND ";
        condition += sql::less_or_equal(names, range.up_to);
    }
    return condition.empty() ? "1=1" : condition;
}

Chunker::Chunker(const Plan& plan, std::size_t rows, std::chrono::milliseconds aim)
    : plan_(plan), steered_(rows == 0), aim_(aim), rows_(rows == 0 ? kFirstRows : rows) {}

std::optional<Range> Chunker::next(mysql::Connection& connection) {
    if (done_) return std::nullopt;
    Range range{last_, {}, {}, number_++, 0};
    const auto rows = connection.query(
        fmt::format("SELECT {} FROM {} FORCE INDEX ({}) WHERE {} ORDER BY {} LIMIT 1 OFFSET {}",
                    key_select_list(plan_, ""), sql::quote(plan_.names.source),
                    sql::quote(plan_.key.source_index_name), range_condition(plan_, range),
                    sql::order_by(key_columns(plan_)), rows_ - 1));
    if (rows.empty()) {
        done_ = true;
        return range;
    }
    range.up_to = key_literals(plan_, rows[0]);
    last_ = range.up_to;
    return range;
}

void Chunker::note(std::chrono::steady_clock::duration took) {
    if (!steered_) return;
    const double ratio =
        static_cast<double>(std::chrono::nanoseconds(aim_).count()) /
        std::max<double>(1.0,
                         static_cast<double>(
                             std::chrono::duration_cast<std::chrono::nanoseconds>(took).count()));
    const double wanted = static_cast<double>(rows_) * std::clamp(ratio, 0.5, 2.0);
    rows_ = std::clamp(static_cast<std::size_t>(wanted), kFewestRows, kMostRows);
}

}  // namespace wisp::migrator
