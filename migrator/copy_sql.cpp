// SPDX-License-Identifier: Apache-2.0
#include "migrator/copy_sql.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "migrator/chunker.h"
#include "migrator/refusal.h"
#include "mysql/error.h"
#include "sql/identifier.h"
#include "sql/key_range.h"
#include "sql/literal.h"

namespace wisp::migrator {

std::string columns_from_source(const Plan& plan) {
    std::string sources;
    const auto add = [&](const std::string& source) {
        sources += (sources.empty() ? "" : ", ") + source;
    };
    for (const auto& column : plan.columns) add(column.wrap(sql::quote(column.source.name)));
    for (const auto& column : plan.filled) add(column.expression);
    return fmt::format(" ({}) SELECT {} FROM {} FORCE INDEX ({}) WHERE ", columns_of_ghost(plan),
                       sources, sql::quote(plan.names.source),
                       sql::quote(plan.key.source_index_name));
}

std::string columns_of_ghost(const Plan& plan) {
    std::vector<std::string> names;
    for (const auto& column : plan.columns) names.push_back(column.ghost.name);
    for (const auto& column : plan.filled) names.push_back(column.name);
    return sql::column_list(names);
}

std::string delete_from_ghost(const Plan& plan, const std::string& condition) {
    return fmt::format("DELETE FROM {} WHERE {}", sql::quote(plan.names.ghost), condition);
}

std::string ghost_key_name(const Plan& plan) {
    const auto names = key_columns(plan, Side::kGhost);
    const auto has = [&](const sql::KeyPart& part) {
        return part.prefix == 0 && std::any_of(names.begin(), names.end(), [&](const auto& name) {
                   return sql::same_name(name, part.column);
               });
    };
    for (const auto& key : plan.ghost.keys) {
        if (key.unique && key.parts.size() == names.size() &&
            std::all_of(key.parts.begin(), key.parts.end(), has)) {
            return key.name;
        }
    }
    throw Refusal(fmt::format("{} has lost its unique key; the run cannot go on",
                              sql::quote(plan.names.ghost)));
}

std::string same_key(const Plan& plan, const std::string& source, const std::string& ghost) {
    std::string text;
    for (const auto i : plan.key.columns) {
        const MappedColumn& column = plan.columns[i];
        const std::string there = ghost + sql::quote(column.ghost.name);
        std::string here = column.wrap(source + sql::quote(column.source.name));
        const bool other = compares_otherwise(column);
        if (other) {
            here = fmt::format("CONVERT({} USING {}) COLLATE {}", here, column.ghost.charset,
                               column.ghost.collation);
        }
        if (!text.empty()) text += " AND ";
        text += fmt::format("{} = {}", there, here);
        if (other) text += fmt::format(" AND CAST({} AS BINARY) = CAST({} AS BINARY)", there, here);
    }
    return text;
}

std::string key_condition(const Plan& plan, const std::vector<std::string>& literals, bool exact) {
    std::string text = "(";
    for (std::size_t k = 0; k < literals.size(); ++k) {
        const MappedColumn& column = plan.columns[plan.key.columns[k]];
        const std::string name = sql::quote(column.ghost.name);
        if (k > 0) text += " AND ";
        text += fmt::format("{} = {}", name, literals[k]);
        // ENUM and SET compare by number here; only text has several spellings of one key.
        if (!exact || !sql::is_text_type(column.ghost.data_type)) continue;
        const bool recode = sql::is_text_type(column.source.data_type);
        text += fmt::format(
            " AND CAST({} AS BINARY) = CAST({} AS BINARY)", name,
            recode ? fmt::format("CONVERT({} USING {})", literals[k], column.ghost.charset)
                   : literals[k]);
    }
    return text + ")";
}

std::string keep_what_is_there(const Plan& plan) {
    const std::string key = sql::quote(plan.columns[plan.key.columns.front()].ghost.name);
    const std::string ghost = sql::quote(plan.names.ghost.table);
    return fmt::format(" ON DUPLICATE KEY UPDATE {}.{} = {}.{}", ghost, key, ghost, key);
}

bool has_other_unique_keys(const Plan& plan) {
    return plan.exact_key || std::count_if(plan.ghost.keys.begin(), plan.ghost.keys.end(),
                                           [](const sql::Key& k) { return k.unique; }) > 1;
}

namespace {

/// Warnings of a value that was changed to fit, which strict mode makes errors of: MySQL's
/// Strict_error_handler::handle_condition (sql/error_handler.cc, 8.0); MariaDB warns with the same
/// codes (sql/field.cc), and with 1918 where a value cannot be read. Others, as of an old name for
/// a character set, tell nothing of the value.
constexpr std::array<std::string_view, 12> kChanged{"1048", "1263", "1264", "1265", "1292", "1364",
                                                    "1365", "1366", "1406", "1411", "1441", "1918"};
constexpr std::string_view kTruncated = "1265";  // of the ENUM error value as well

/// Of the statement just run: what the server changed elsewhere than in these columns.
std::string changed_values(mysql::Connection& connection, const std::vector<std::string>& columns) {
    std::string changed;
    for (const auto& row : connection.query("SHOW WARNINGS")) {  // Level, Code, Message
        if (row[0] == "Note" || std::ranges::find(kChanged, row[1]) == kChanged.end()) continue;
        const std::string message = row.text(2);
        const bool expected =
            row[1] == kTruncated && std::ranges::any_of(columns, [&](const std::string& column) {
                return message.find("'" + column + "'") != std::string::npos;
            });
        if (!expected) changed += (changed.empty() ? "" : "; ") + message;
    }
    return changed;
}

}  // namespace

mysql::Executed write_lenient(mysql::Connection& connection, const std::string& statement,
                              const std::vector<std::string>& columns, const Plan& plan) {
    constexpr const char* kStrict =
        "SET SESSION sql_mode = CONCAT(@@SESSION.sql_mode, ',STRICT_ALL_TABLES')";
    connection.execute(
        "SET SESSION sql_mode = REPLACE(@@SESSION.sql_mode, 'STRICT_ALL_TABLES', '')");
    mysql::Executed done;
    std::string changed;
    try {
        done = connection.execute(statement);
        if (done.warnings > 0) changed = changed_values(connection, columns);
    } catch (const mysql::Error& error) {
        if (error.connection_usable()) connection.execute(kStrict);
        throw;
    }
    connection.execute(kStrict);
    if (changed.empty()) return done;
    throw Refusal(fmt::format(
        "a row of {} does not fit into {}: {}; change the row or the ALTER, then run again",
        sql::quote(plan.names.source), sql::quote(plan.names.ghost), changed));
}

void refuse_warnings(mysql::Connection& connection, const mysql::Executed& done, const Plan& plan) {
    if (!plan.panic_on_warnings || done.warnings == 0) return;
    constexpr std::size_t kShown = 3;
    auto warnings = connection.warnings();
    // Of our statement's own words: old names of character sets and collations (MySQL 8.0).
    std::erase_if(warnings, [](const std::string& warning) {
        return warning.starts_with("1287 ") || warning.starts_with("3719 ") ||
               warning.starts_with("3778 ");
    });
    if (warnings.empty()) return;
    const std::size_t more = warnings.size() > kShown ? warnings.size() - kShown : 0;
    warnings.resize(warnings.size() - more);
    throw Refusal(fmt::format(
        "--panic-on-warnings: the server warns of rows that are written to {}: {}{}; change the"
        " ALTER or the rows, or leave the flag out",
        sql::quote(plan.names.ghost), fmt::join(warnings, "; "),
        more == 0 ? "" : fmt::format("; and {} more", more)));
}

bool compares_otherwise(const MappedColumn& column) {
    return sql::is_text_type(column.ghost.data_type) &&
           sql::is_text_type(column.source.data_type) &&
           column.source.collation != column.ghost.collation;
}

}  // namespace wisp::migrator
