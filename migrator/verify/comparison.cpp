// SPDX-License-Identifier: Apache-2.0
#include "migrator/verify/comparison.h"

#include <fmt/format.h>

#include <algorithm>

#include "migrator/copy_sql.h"
#include "migrator/refusal.h"
#include "migrator/verify/column_comparison.h"
#include "migrator/verify/key_name.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/identifier.h"
#include "sql/key_range.h"

namespace wisp::migrator {
namespace {

/// Hides a base table of this name from our session only; nobody has one.
constexpr const char* kConverted = "_wisp_converted";
constexpr std::size_t kPage = 1'000;

std::string converted_table(const Plan& plan) {
    return sql::quote(sql::TableName{plan.names.ghost.schema, kConverted});
}

std::string prefix_of(const sql::TableName& table) {
    return sql::quote(table.table) + ".";
}

/// "`c`.`k` = `_t_gho`.`k` AND …", both of the ghost's own types.
std::string same_ghost_key(const Plan& plan, const std::string& left, const std::string& right) {
    std::string text;
    for (const auto i : plan.key.columns) {
        const std::string name = sql::quote(plan.columns[i].ghost.name);
        if (!text.empty()) text += " AND ";
        text += fmt::format("{} = {}", right + name, left + name);
        if (plan.exact_key && sql::is_text_type(plan.columns[i].ghost.data_type)) {
            text += fmt::format(" AND CAST({} AS BINARY) = CAST({} AS BINARY)", right + name,
                                left + name);
        }
    }
    return text;
}

/// The key in the ghost. Where the ghost's key compares otherwise, another spelling is another row.
std::string in_ghost(const Plan& plan, const std::vector<std::string>& key) {
    std::string text = sql::equal_to(key_columns(plan, Side::kGhost), key);
    for (std::size_t i = 0; i < key.size(); ++i) {
        const MappedColumn& column = plan.columns[plan.key.columns[i]];
        if (!compares_otherwise(column)) continue;
        text += fmt::format(" AND CAST({} AS BINARY) = CAST(CONVERT({} USING {}) AS BINARY)",
                            sql::quote(column.ghost.name), key[i], column.ghost.charset);
    }
    return "(" + text + ")";
}

/// What lies behind the last difference of a page.
Scope beyond(const Plan& plan, const Scope& scope, const Difference& last) {
    return {
        fmt::format("({}) AND {}", scope.source, sql::greater_than(key_columns(plan), last.key)),
        fmt::format("({}) AND {}", scope.ghost,
                    sql::greater_than(key_columns(plan, Side::kGhost), last.key))};
}

}  // namespace

Scope scope_of(const Plan& plan, const Range& range) {
    return {range_condition(plan, range), range_condition(plan, range, Side::kGhost)};
}

Scope scope_of(const Plan& plan, const std::vector<Difference>& keys, std::size_t first,
               std::size_t count) {
    std::vector<std::string> source;
    std::vector<std::string> ghost;
    for (std::size_t i = first; i < std::min(first + count, keys.size()); ++i) {
        source.push_back(sql::equal_to(key_columns(plan), keys[i].key));
        ghost.push_back(in_ghost(plan, keys[i].key));
    }
    return {fmt::format("({})", fmt::join(source, " OR ")),
            fmt::format("({})", fmt::join(ghost, " OR "))};
}

Comparison::Comparison(const Plan& plan)
    : plan_(plan),
      // FORCE INDEX wherever a table is read: ghost_statistics.h says why.
      source_key_(sql::quote(plan.key.source_index_name)),
      ghost_key_(sql::quote(ghost_key_name(plan))) {
    std::vector<std::string> names;
    for (const auto& column : plan.columns) {
        names.push_back(column.source.name);
        if (!column.compared) continue;
        compared_.push_back(&column);
        if (!keeps_values(column)) converts_ = true;
    }
    source_columns_ = sql::column_list(names);
    for (const auto i : plan.key.columns) {
        if (compares_otherwise(plan.columns[i])) finds_extra_ = false;
    }
}

void Comparison::prepare(mysql::Connection& connection, const sql::TableName& ghost) const {
    if (!converts_) return;
    std::vector<std::string> columns;
    for (const auto& column : plan_.columns) columns.push_back(column.ghost.name);
    for (const auto& column : plan_.filled) columns.push_back(column.name);
    connection.execute("DROP TEMPORARY TABLE IF EXISTS " + converted_table(plan_));
    try {
        connection.execute(fmt::format(
            "CREATE TEMPORARY TABLE {} (`_wisp_row` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY"
            " KEY, KEY ({})) ENGINE=InnoDB SELECT {} FROM {} LIMIT 0",
            converted_table(plan_), sql::column_list(key_columns(plan_, Side::kGhost)),
            sql::column_list(columns), sql::quote(ghost)));
    } catch (const mysql::Error& error) {
        if (error.kind() == mysql::ErrorKind::kLost) throw;
        throw Refusal(fmt::format(
            "the ALTER converts values, so verification needs a temporary table, and it cannot be"
            " made: {}; GRANT CREATE TEMPORARY TABLES ON {}.* or run with --verify=off",
            error.what(), sql::quote(plan_.names.ghost.schema)));
    }
}

void Comparison::fill(mysql::Connection& connection, const Scope& scope) const {
    connection.execute("DELETE FROM " + converted_table(plan_));
    connection.execute("INSERT INTO " + converted_table(plan_) + columns_from_source(plan_) +
                       scope.source);
}

std::string Comparison::joined(const Scope& scope, const sql::TableName& ghost) const {
    const std::string there = prefix_of(ghost);
    if (converts_) {
        return fmt::format("{} LEFT JOIN {} FORCE INDEX ({}) ON {}", converted_table(plan_),
                           sql::quote(ghost), ghost_key_,
                           same_ghost_key(plan_, sql::quote(std::string(kConverted)) + ".", there));
    }
    return fmt::format(
        "(SELECT {} FROM {} FORCE INDEX ({}) WHERE {}) AS s LEFT JOIN {} FORCE INDEX ({}) ON {}",
        source_columns_, sql::quote(plan_.names.source), source_key_, scope.source,
        sql::quote(ghost), ghost_key_, same_key(plan_, "s.", there));
}

std::string Comparison::any_difference(const std::string& ghost) const {
    const std::string here = converts_ ? sql::quote(std::string(kConverted)) + "." : "s.";
    std::vector<std::string> terms;
    for (const auto* column : compared_) {
        terms.push_back(differs(*column, converts_, here, ghost));
    }
    return fmt::format("({})", fmt::join(terms, " OR "));
}

std::string Comparison::count(const Scope& scope, const sql::TableName& ghost) const {
    return fmt::format("SELECT COUNT(*) FROM {} FORCE INDEX ({}) WHERE {}", sql::quote(ghost),
                       ghost_key_, scope.ghost);
}

bool Comparison::equal(mysql::Connection& connection, const Scope& scope,
                       std::uint64_t& rows) const {
    const sql::TableName& ghost = plan_.names.ghost;
    const auto sums = compare(connection, scope, ghost, finds_extra_ ? count(scope, ghost) : "");
    rows += sums.source;
    return sums.same && (!finds_extra_ || sums.counted == sums.source);
}

bool Comparison::equal_under_lock(mysql::Connection& connection, const Scope& scope,
                                  const sql::TableName& ghost) const {
    const auto sums = compare(connection, scope, ghost, "");
    if (!sums.same || !finds_extra_) return sums.same;
    return connection.query(count(scope, ghost))[0].number(0) == sums.source;
}

Comparison::Sums Comparison::compare(mysql::Connection& connection, const Scope& scope,
                                     const sql::TableName& ghost,
                                     const std::string& counting) const {
    if (converts_) fill(connection, scope);
    const std::string there = prefix_of(ghost);
    const std::string key = sql::quote(key_columns(plan_, Side::kGhost).front());
    const auto sums = connection.query(
        fmt::format("SELECT COUNT(*), COUNT({}), COALESCE(SUM({}), 0), {} FROM {}", there + key,
                    any_difference(there), counting.empty() ? "0" : "(" + counting + ")",
                    joined(scope, ghost)));
    const auto rows = sums[0].number(0);
    return {rows, sums[0].number(1) == rows && sums[0].number(2) == 0, sums[0].number(3)};
}

std::vector<Difference> Comparison::differences(mysql::Connection& connection, const Scope& scope,
                                                std::size_t limit) const {
    std::vector<Difference> found;
    const auto all_pages = [&](const auto& page) {
        Scope rest = scope;
        for (std::size_t size = kPage; size == kPage && found.size() <= limit;) {
            auto differences = page(rest);
            size = differences.size();
            std::move(differences.begin(), differences.end(), std::back_inserter(found));
            if (size > 0) rest = beyond(plan_, scope, found.back());
        }
    };
    all_pages([&](const Scope& rest) { return differing(connection, rest); });
    if (finds_extra_) all_pages([&](const Scope& rest) { return extra(connection, rest); });
    return found;
}

std::vector<Difference> Comparison::differing(mysql::Connection& connection,
                                              const Scope& scope) const {
    if (converts_) fill(connection, scope);
    const Side side = converts_ ? Side::kGhost : Side::kSource;
    const std::string there = prefix_of(plan_.names.ghost);
    const std::string here = converts_ ? sql::quote(std::string(kConverted)) + "." : "s.";
    const std::string ghost_key = there + sql::quote(key_columns(plan_, Side::kGhost).front());
    const std::size_t keys = plan_.key.columns.size();
    std::vector<std::string> columns;
    for (const auto* column : compared_) {
        columns.push_back(differs(*column, converts_, here, there));
    }
    std::vector<std::string> order;
    for (const auto& name : key_columns(plan_, side)) order.push_back(here + sql::quote(name));
    // COALESCE: "date IS NULL" is true for a zero date on its own.
    const auto rows = connection.query(fmt::format(
        "SELECT {}, COALESCE({}, NULL) IS NULL, {} FROM {} WHERE COALESCE({}, NULL) IS NULL OR {}"
        " ORDER BY {} LIMIT {}",
        key_select_list(plan_, here, side), ghost_key, fmt::join(columns, ", "),
        joined(scope, plan_.names.ghost), ghost_key, any_difference(there), fmt::join(order, ", "),
        kPage));
    std::vector<Difference> found;
    for (const auto& row : rows) {
        Difference difference{key_literals(plan_, row, side), key_name(plan_, row),
                              "is missing in the new table"};
        if (row.number(keys) == 0) {
            std::vector<std::string> names;
            for (std::size_t i = 0; i < columns.size(); ++i) {
                if (row.number(keys + 1 + i) != 0) {
                    names.push_back(sql::quote(compared_[i]->source.name));
                }
            }
            difference.what = fmt::format("differs in {}", fmt::join(names, ", "));
        }
        found.push_back(std::move(difference));
    }
    return found;
}

std::vector<Difference> Comparison::extra(mysql::Connection& connection, const Scope& scope) const {
    const auto names = key_columns(plan_, Side::kGhost);
    const auto rows = connection.query(fmt::format(
        "SELECT {} FROM (SELECT {} FROM {} FORCE INDEX ({}) WHERE {}) AS g WHERE NOT EXISTS"
        " (SELECT 1 FROM {} AS s FORCE INDEX ({}) WHERE {}) ORDER BY {} LIMIT {}",
        key_select_list(plan_, "g.", Side::kGhost), sql::column_list(names),
        sql::quote(plan_.names.ghost), ghost_key_, scope.ghost, sql::quote(plan_.names.source),
        source_key_, same_key(plan_, "s.", "g."), sql::order_by(names), kPage));
    std::vector<Difference> found;
    for (const auto& row : rows) {
        found.push_back({key_literals(plan_, row, Side::kGhost), key_name(plan_, row),
                         "is in the new table only"});
    }
    return found;
}

}  // namespace wisp::migrator
