// SPDX-License-Identifier: Apache-2.0
#include "drift/definition.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sql/identifier.h"
#include "sql/literal.h"

namespace wisp::drift {
namespace {

/// MySQL 8.0.19 shows integers and YEAR without their display width, earlier ones with it.
std::string without_width(const sql::Column& column) {
    std::string type = column.column_type;
    if (!sql::is_integer_type(column.data_type) && column.data_type != "year") return type;
    const auto open = type.find('(');
    const auto close = type.find(')');
    if (open != std::string::npos && close != std::string::npos) type.erase(open, close - open + 1);
    return type;
}

/// MySQL 8.0.30 and MariaDB 10.6 call utf8 by its new name.
std::string new_name(const std::string& charset_or_collation) {
    const bool old = charset_or_collation == "utf8" || charset_or_collation.starts_with("utf8_");
    return old ? "utf8mb3" + charset_or_collation.substr(4) : charset_or_collation;
}

std::string type_text(const sql::Column& column) {
    std::string text = without_width(column);
    if (!column.collation.empty()) text += " COLLATE " + new_name(column.collation);
    if (!column.nullable) text += " NOT NULL";
    if (column.generated != sql::Generated::kNo) text += " GENERATED";
    return text;
}

/// Rows show the same values, whatever else differs.
bool same_values(const sql::Column& a, const sql::Column& b) {
    return without_width(a) == without_width(b) && new_name(a.collation) == new_name(b.collation) &&
           a.nullable == b.nullable;
}

void compare_columns(const sql::Table& primary, const sql::Table& replica, DefinitionDrift& drift) {
    for (const auto& column : primary.columns) {
        const sql::Column* there = replica.find_column(column.name);
        const bool stored = column.generated != sql::Generated::kVirtual;
        if (there == nullptr) {
            drift.differences.push_back(
                fmt::format("column {} is missing on the replica", sql::quote(column.name)));
            drift.rows_comparable = drift.rows_comparable && !stored;
            continue;
        }
        if (type_text(column) != type_text(*there)) {
            drift.differences.push_back(
                fmt::format("column {} is {} on the primary, {} on the"
                            " replica",
                            sql::quote(column.name), type_text(column), type_text(*there)));
        } else if (column.default_text != there->default_text) {
            drift.notes.push_back(
                fmt::format("column {} has another default", sql::quote(column.name)));
        }
        if (stored && !same_values(column, *there)) drift.rows_comparable = false;
    }
    for (const auto& column : replica.columns) {
        if (primary.find_column(column.name) != nullptr) continue;
        drift.differences.push_back(
            fmt::format("column {} is on the replica only", sql::quote(column.name)));
    }
}

bool has_alike(const sql::Table& table, const sql::Key& key) {
    return std::any_of(table.keys.begin(), table.keys.end(), [&](const sql::Key& other) {
        return other.unique == key.unique && key_text(other) == key_text(key);
    });
}

void compare_keys(const sql::Table& here, const sql::Table& there, const char* where,
                  DefinitionDrift& drift) {
    for (const auto& key : here.keys) {
        if (has_alike(there, key)) continue;
        (key.unique ? drift.differences : drift.notes)
            .push_back(fmt::format("{}index {} {} is on the {} only", key.unique ? "unique " : "",
                                   sql::quote(key.name), key_text(key), where));
    }
}

}  // namespace

std::string key_text(const sql::Key& key) {
    std::vector<std::string> parts;
    for (const auto& part : key.parts) {
        parts.push_back(part.column.empty() ? "expression" : sql::quote(part.column));
        if (part.prefix != 0) parts.back() += fmt::format("({})", part.prefix);
        if (part.descending) parts.back() += " DESC";
    }
    return fmt::format("({})", fmt::join(parts, ", "));
}

DefinitionDrift compare_definitions(const sql::Table& primary, const sql::Table& replica) {
    DefinitionDrift drift;
    compare_columns(primary, replica, drift);
    compare_keys(primary, replica, "primary", drift);
    compare_keys(replica, primary, "replica", drift);
    if (!sql::same_name(primary.engine, replica.engine)) {
        drift.differences.push_back(fmt::format(
            "the engine is {} on the primary, {} on the replica", primary.engine, replica.engine));
    }
    return drift;
}

}  // namespace wisp::drift
