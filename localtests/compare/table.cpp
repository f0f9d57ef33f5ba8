// SPDX-License-Identifier: Apache-2.0
#include "localtests/compare/table.h"

#include <algorithm>
#include <numeric>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>

namespace wisp::compare {

namespace {

// The column as an expression whose text says the value exactly.
std::string exact(const Column& column) {
    const std::string name = quoted(column.name);
    // Multiplication keeps the sign of zero; FLOAT's own text has six digits only.
    if (column.type == "float" || column.type == "double") return name + " * 1e0";
    if (column.type == "json") return "CONCAT(JSON_TYPE(" + name + "), ' ', " + name + ")";
    if (column.type == "enum" || column.type == "set") {
        return "CONCAT(" + name + " + 0, ' ', " + name + ")";
    }
    return name;
}

bool is_integer(const std::string& type) {
    static const std::set<std::string> kTypes = {"tinyint", "smallint", "mediumint", "int",
                                                 "bigint"};
    return kTypes.count(type) > 0;
}

}  // namespace

std::string quoted(const std::string& name) {
    std::string text = "`";
    for (const char c : name) text += c == '`' ? "``" : std::string(1, c);
    return text + "`";
}

Table::Table(const mysql::Endpoint& endpoint, std::string database, std::string table)
    : connection_(endpoint, mysql::Session{}),
      database_(std::move(database)),
      table_(std::move(table)),
      label_(quoted(table_) + " on " + endpoint.label()) {
    load_columns();
    load_key();
}

void Table::load_columns() {
    const auto rows = connection_.query(
        "SELECT COLUMN_NAME, LOWER(DATA_TYPE) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA "
        "= " +
        connection_.quote(database_) + " AND TABLE_NAME = " + connection_.quote(table_) +
        " ORDER BY ORDINAL_POSITION");
    for (const auto& row : rows) columns_.push_back({row.text(0), row.text(1)});
    if (columns_.empty()) throw std::runtime_error("there is no table " + label_);
}

void Table::load_key() {
    const auto rows = connection_.query(
        "SELECT INDEX_NAME, MAX(NULLABLE = 'YES' OR COLUMN_NAME IS NULL OR SUB_PART IS NOT NULL),"
        " GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX SEPARATOR '\\n')"
        " FROM information_schema.STATISTICS WHERE NON_UNIQUE = 0 AND TABLE_SCHEMA = " +
        connection_.quote(database_) + " AND TABLE_NAME = " + connection_.quote(table_) +
        " GROUP BY INDEX_NAME ORDER BY INDEX_NAME <> 'PRIMARY', INDEX_NAME");
    for (const auto& row : rows) {
        if (row.number(1) != 0) continue;
        std::istringstream names(row.text(2));
        for (std::string name; std::getline(names, name);) {
            const auto found = std::find_if(columns_.begin(), columns_.end(),
                                            [&](const Column& c) { return c.name == name; });
            key_.push_back(static_cast<std::size_t>(found - columns_.begin()));
        }
        return;
    }
    key_.resize(columns_.size());
    std::iota(key_.begin(), key_.end(), 0U);
}

std::vector<std::string> Table::definition() {
    static const std::regex kAutoIncrement(" AUTO_INCREMENT=[0-9]+");
    static const std::regex kCheckName("CONSTRAINT `([^`]|``)*` CHECK");
    const auto result =
        connection_.query("SHOW CREATE TABLE " + quoted(database_) + "." + quoted(table_));
    std::istringstream text(result[0].text(1));
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) {
        line = std::regex_replace(line, kAutoIncrement, "");
        lines.push_back(std::regex_replace(line, kCheckName, "CONSTRAINT CHECK"));
    }
    lines.front() = "CREATE TABLE (";
    return lines;
}

std::vector<Piece> Table::pieces(std::size_t rows) {
    const Column& first = columns_[key_.front()];
    if (!is_integer(first.type)) return {Piece{}};
    const std::string column = quoted(first.name);
    const auto bounds = connection_.query(
        "SELECT COUNT(*), MIN(" + column + "), MAX(" + column + "), CAST(MAX(" + column +
        ") AS DECIMAL(30)) - MIN(" + column + ") FROM " + quoted(database_) + "." + quoted(table_));
    const auto count = bounds[0].number(0) / rows;
    if (count == 0) return {Piece{}};
    std::vector<Piece> pieces;
    std::optional<std::string> low;
    for (std::uint64_t i = 1; i <= count; ++i) {
        const auto high = connection_.scalar("SELECT CAST(" + bounds[0].text(1) + " + FLOOR(" +
                                             bounds[0].text(3) + " * " + std::to_string(i) + " / " +
                                             std::to_string(count + 1) + ") AS DECIMAL(30))");
        pieces.push_back({low, high});
        low = high;
    }
    pieces.push_back({low, std::nullopt});
    return pieces;
}

mysql::Result Table::rows(const Piece& piece) {
    std::string sql = "SELECT ";
    for (const Column& column : columns_) {
        if (&column != &columns_.front()) sql += ", ";
        sql += exact(column);
    }
    sql += " FROM " + quoted(database_) + "." + quoted(table_) + " WHERE TRUE";
    const std::string first = quoted(columns_[key_.front()].name);
    if (piece.low) sql += " AND " + first + " >= " + *piece.low;
    if (piece.high) sql += " AND " + first + " < " + *piece.high;
    // Strings as they are stored, in their own character sets.
    connection_.execute("SET SESSION character_set_results = NULL");
    auto result = connection_.query(sql);
    connection_.execute("SET NAMES utf8mb4");
    return result;
}

}  // namespace wisp::compare
