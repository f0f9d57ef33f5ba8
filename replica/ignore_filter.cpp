// SPDX-License-Identifier: Apache-2.0
#include "replica/ignore_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "mysql/connection.h"
#include "replica/problem.h"
#include "sql/identifier.h"

namespace wisp::replica {
namespace {

std::string rule_of(const mysql::ReplicaStatus& status, std::string_view name) {
    for (const auto& filter : status.filters) {
        if (filter.name == name) return filter.rule;
    }
    return {};
}

std::vector<std::string> items_of(const std::string& rule) {
    std::vector<std::string> items;
    std::string_view rest = rule;
    while (!rest.empty()) {
        const auto comma = std::min(rest.find(','), rest.size());
        items.emplace_back(rest.substr(0, comma));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return items;
}

bool has(const std::string& rule, const std::string& item) {
    const auto items = items_of(rule);
    return std::find(items.begin(), items.end(), item) != items.end();
}

/// "shop.orders" taken apart. Names with dots cannot be told from each other.
sql::TableName table_of(const std::string& item) {
    const auto dot = item.find('.');
    if (dot == std::string::npos || item.find('.', dot + 1) != std::string::npos) {
        throw Problem(
            fmt::format("the replication filter names \"{}\", which cannot be taken apart into "
                        "schema and table",
                        item));
    }
    return {item.substr(0, dot), item.substr(dot + 1)};
}

/// LIKE as the wild filters use it, without a case.
bool is_like(std::string_view text, std::string_view pattern) {
    if (pattern.empty()) return text.empty();
    const bool escaped = pattern[0] == '\\' && pattern.size() > 1;
    if (!escaped && pattern[0] == '%') {
        for (std::size_t skip = 0; skip <= text.size(); ++skip) {
            if (is_like(text.substr(skip), pattern.substr(1))) return true;
        }
        return false;
    }
    if (text.empty()) return false;
    if (escaped) pattern.remove_prefix(1);
    const bool same = (!escaped && pattern[0] == '_') || pattern[0] == text[0];
    return same && is_like(text.substr(1), pattern.substr(1));
}

bool matches_one(const std::string& rule, const std::string& name) {
    const auto items = items_of(rule);
    return std::any_of(items.begin(), items.end(),
                       [&](const std::string& item) { return is_like(name, item); });
}

}  // namespace

std::string ignored_tables(const mysql::ReplicaStatus& status) {
    return rule_of(status, "Replicate_Ignore_Table");
}

std::string with_table(const std::string& rule, const sql::TableName& table) {
    const std::string item = table.schema + "." + table.table;
    if (table.schema.find_first_of(".,") != std::string::npos ||
        table.table.find_first_of(".,") != std::string::npos) {
        throw Problem(
            fmt::format("no replication filter can name {}: there is a dot or a comma in"
                        " its name",
                        sql::quote(table)));
    }
    if (has(rule, item)) return rule;
    return rule.empty() ? item : rule + "," + item;
}

std::string set_ignored_tables(mysql::Connection& replica, const std::string& channel,
                               const std::string& rule) {
    if (replica.server().mariadb()) {
        return "SET GLOBAL replicate_ignore_table = " + replica.quote(rule);
    }
    std::string list;
    for (const auto& item : items_of(rule)) {
        list += (list.empty() ? "" : ", ") + sql::quote(table_of(item));
    }
    const bool channels = replica.server().has_data_dictionary();
    return fmt::format("CHANGE REPLICATION FILTER REPLICATE_IGNORE_TABLE = ({}){}", list,
                       channels ? " FOR CHANNEL " + replica.quote(channel) : "");
}

std::string why_filters_stay(const mysql::Connection& replica) {
    if (replica.server().changes_filters()) return {};
    return "MySQL before 5.7 cannot pass a table over while it runs; have its SQL thread run until"
           " the rebuild has mended the table: slave_exec_mode=IDEMPOTENT for errors 1032 and 1062,"
           " slave_type_conversions='ALL_LOSSY,ALL_NON_LOSSY' for 1677, CREATE TABLE for 1146";
}

std::string why_not_ignorable(const mysql::ReplicaStatus& status, const sql::TableName& table) {
    if (has(rule_of(status, "Replicate_Do_Table"), table.schema + "." + table.table)) {
        return fmt::format("replicate-do-table names {}, and comes before any rule to ignore it",
                           sql::quote(table));
    }
    return {};
}

bool filters_out(const mysql::ReplicaStatus& status, const sql::TableName& table) {
    const std::string name = table.schema + "." + table.table;
    if (!rule_of(status, "Replicate_Rewrite_DB").empty()) return true;  // not taken apart here
    const std::string databases = rule_of(status, "Replicate_Do_DB");
    if (!databases.empty() && !has(databases, table.schema)) return true;
    if (databases.empty() && has(rule_of(status, "Replicate_Ignore_DB"), table.schema)) return true;
    // In the order of tables_ok().
    const std::string do_tables = rule_of(status, "Replicate_Do_Table");
    if (has(do_tables, name)) return false;
    if (has(ignored_tables(status), name)) return true;
    const std::string wild_do = rule_of(status, "Replicate_Wild_Do_Table");
    if (matches_one(wild_do, name)) return false;
    if (matches_one(rule_of(status, "Replicate_Wild_Ignore_Table"), name)) return true;
    return !do_tables.empty() || !wild_do.empty();
}

}  // namespace wisp::replica
