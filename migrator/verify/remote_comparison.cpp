// SPDX-License-Identifier: Apache-2.0
#include "migrator/verify/remote_comparison.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>

#include "migrator/client_mover.h"
#include "migrator/refusal.h"
#include "migrator/verify/key_name.h"
#include "mysql/connection.h"
#include "sql/identifier.h"
#include "sql/key_range.h"
#include "sql/literal.h"

namespace wisp::migrator {
namespace {

constexpr std::size_t kColumnsNamed = 20;  // of so many differing rows

bool is_number_or_time(const sql::Column& column) {
    static constexpr std::array kTypes{"decimal", "date", "time", "datetime", "timestamp", "float",
                                       "double",  "enum", "set",  "bit",      "year"};
    return sql::is_integer_type(column.data_type) ||
           std::find(kTypes.begin(), kTypes.end(), column.data_type) != kTypes.end();
}

/// 64 KiB at most, all such columns of a row together.
bool is_short(const sql::Column& column) {
    static constexpr std::array kTypes{"char", "varchar", "binary", "varbinary"};
    return std::find(kTypes.begin(), kTypes.end(), column.data_type) != kTypes.end();
}

/// Text without a comma, equal for equal values only, the same on every server of a family.
/// Short whatever the value: a text beyond max_allowed_packet would become NULL, and be equal to
/// another one's NULL.
std::string exact_form(const sql::Column& column) {
    if (is_number_or_time(column)) {
        return fmt::format("COALESCE({}, 'N')", exact_expression(column));
    }
    const std::string name = sql::quote(column.name);
    if (is_short(column)) return fmt::format("COALESCE(HEX({}), 'N')", name);
    const bool json = column.data_type == "json";
    return fmt::format("COALESCE(SHA2({}, 256), 'N')",
                       json ? fmt::format("CAST({} AS CHAR)", name) : name);
}

}  // namespace

struct RemoteComparison::Row {
    std::vector<std::string> key;
    std::string name;
    std::string digest;
};

RemoteComparison::RemoteComparison(const Plan& plan, mysql::Connector source,
                                   const std::vector<mysql::Connector>& further)
    : plan_(plan), source_(std::move(source)), further_(further) {
    for (const auto& column : plan.columns) forms_.push_back(exact_form(column.source));
    row_digest_ = fmt::format("SHA2(CONCAT_WS(',', {}), 256)", fmt::join(forms_, ", "));
}

mysql::Connection& RemoteComparison::reader(mysql::Connection& /*connection*/,
                                            const std::stop_token& stop) const {
    static_cast<void>(further_.sessions(stop));
    if (!reader_ || !reader_->usable()) reader_ = source_.connect_with_retry(stop);
    return *reader_;
}

RemoteComparison::Ghosts RemoteComparison::ghosts(mysql::Connection& connection) const {
    Ghosts all{&connection};
    const auto further = further_.open();  // a lost one says so when it is used
    all.insert(all.end(), further.begin(), further.end());
    return all;
}

namespace {

/// Their digest is NULL, and two NULLs are no proof.
[[noreturn]] void refuse_long_rows(const mysql::Connection& server, const sql::TableName& table,
                                   const std::string& rows) {
    throw Refusal(fmt::format(
        "{} rows of {} are too long for {} to make a digest of, so they were not compared; SET"
        " GLOBAL max_allowed_packet=1048576 or more there, and start again",
        rows, sql::quote(table), server.endpoint().label()));
}

}  // namespace

bool RemoteComparison::equal(mysql::Connection& connection, const Scope& scope,
                             std::uint64_t& rows) const {
    // 56 bits of each row's digest, added up: rows that are equal in pairs do not cancel out.
    const auto sum = [&](mysql::Connection& on, const sql::TableName& table,
                         const std::string& condition, const std::string& index) {
        // A row without a digest counts as 10^30, which no sum of the others comes near: asked for
        // by a COUNT, every digest would be made twice.
        constexpr std::size_t kDigits = 30;
        const auto answer = on.query(fmt::format(
            "SELECT COUNT(*), COALESCE(SUM(COALESCE(CAST(CONV(LEFT({}, 14), 16, 10) AS UNSIGNED),"
            " 1{:0{}})), 0) FROM {} FORCE INDEX ({}) WHERE {}",
            row_digest_, 0, kDigits, sql::quote(table), sql::quote(index), condition));
        const std::string total = answer[0].text(1);
        if (total.size() > kDigits) {
            refuse_long_rows(on, table, total.substr(0, total.size() - kDigits));
        }
        return std::pair(answer[0].number(0), total);
    };
    const std::string& index = plan_.key.source_index_name;  // the ghost has the same
    const auto here = sum(reader(connection, {}), plan_.names.source, scope.source, index);
    rows += here.first;
    const auto all = ghosts(connection);
    return std::all_of(all.begin(), all.end(), [&](mysql::Connection* ghost) {
        return sum(*ghost, plan_.names.ghost, scope.ghost, index) == here;
    });
}

RemoteComparison::Rows RemoteComparison::digests(mysql::Connection& connection,
                                                 const sql::TableName& table,
                                                 const std::string& condition) const {
    const std::size_t keys = plan_.key.columns.size();
    Rows found;
    for (const auto& row :
         connection.query(fmt::format("SELECT {}, {} FROM {} FORCE INDEX ({}) WHERE {} ORDER BY {}",
                                      key_select_list(plan_, ""), row_digest_, sql::quote(table),
                                      sql::quote(plan_.key.source_index_name), condition,
                                      sql::order_by(key_columns(plan_))))) {
        found.push_back({key_literals(plan_, row), key_name(plan_, row), row.text(keys)});
    }
    return found;
}

std::vector<Difference> RemoteComparison::differences(mysql::Connection& connection,
                                                      const Scope& scope, std::size_t limit) const {
    const Rows source = digests(reader(connection, {}), plan_.names.source, scope.source);
    std::vector<Difference> found;
    std::set<std::vector<std::string>> keys;  // each is told once
    const auto all = ghosts(connection);
    for (auto* ghost : all) {
        for (auto& difference : differences(source, *ghost, scope, limit)) {
            if (!keys.insert(difference.key).second) continue;
            if (all.size() > 1) difference.what += " on " + ghost->endpoint().label();
            found.push_back(std::move(difference));
        }
    }
    return found;
}

std::vector<Difference> RemoteComparison::differences(const Rows& source,
                                                      mysql::Connection& connection,
                                                      const Scope& scope, std::size_t limit) const {
    const Rows ghost = digests(connection, plan_.names.ghost, scope.ghost);
    std::unordered_map<std::string, const Row*> by_key;
    const auto text = [](const Row& row) { return fmt::format("{}", fmt::join(row.key, ",")); };
    for (const Row& row : ghost) by_key.emplace(text(row), &row);
    std::vector<Difference> found;
    std::size_t named = 0;
    for (const Row& row : source) {
        const auto other = by_key.find(text(row));
        if (other == by_key.end()) {
            found.push_back({row.key, row.name, "is missing in the new table"});
        } else {
            if (other->second->digest != row.digest) {
                found.push_back({row.key, row.name, "differs"});
                if (++named <= kColumnsNamed) name_columns(connection, found.back());
            }
            by_key.erase(other);
        }
        if (found.size() > limit) return found;
    }
    for (const auto& [key, row] : by_key) {
        found.push_back({row->key, row->name, "is in the new table only"});
    }
    return found;
}

void RemoteComparison::name_columns(mysql::Connection& connection, Difference& difference) const {
    const auto read = [&](mysql::Connection& on, const sql::TableName& table) {
        return on.query(fmt::format("SELECT {} FROM {} WHERE {}", fmt::join(forms_, ", "),
                                    sql::quote(table),
                                    sql::equal_to(key_columns(plan_), difference.key)));
    };
    const auto there = read(connection, plan_.names.ghost);
    const auto here = read(reader(connection, {}), plan_.names.source);
    if (here.size() != 1 || there.size() != 1) return;  // it has moved on meanwhile
    std::string names;
    for (std::size_t i = 0; i < forms_.size(); ++i) {
        if (here[0][i] == there[0][i]) continue;
        names += (names.empty() ? "" : ", ") + sql::quote(plan_.columns[i].source.name);
    }
    if (!names.empty()) difference.what = "differs in " + names;
}

}  // namespace wisp::migrator
