// SPDX-License-Identifier: Apache-2.0
#include "tests/db/literal_fixture.h"

#include <algorithm>
#include <cstdlib>
#include <initializer_list>

#include "sql/identifier.h"

namespace wisp::test {
namespace {

std::string unhex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    }
    return bytes;
}

bool any_of(std::string_view type, std::initializer_list<std::string_view> types) {
    return std::find(types.begin(), types.end(), type) != types.end();
}

}  // namespace

Decoded decoded(const sql::Column& column, std::string_view cell) {
    using Kind = sql::Value::Kind;
    Decoded result;
    sql::Value& value = result.value;
    const std::string text(cell);
    const std::string& type = column.data_type;
    if (any_of(type, {"enum", "set", "bit"}) ||
        (column.is_unsigned &&
         any_of(type, {"tinyint", "smallint", "mediumint", "int", "bigint"}))) {
        value.kind = Kind::kUnsigned;
        value.unsigned_integer = std::strtoull(text.c_str(), nullptr, 10);
    } else if (any_of(type, {"tinyint", "smallint", "mediumint", "int", "bigint", "year"})) {
        value.kind = Kind::kSigned;
        value.integer = std::strtoll(text.c_str(), nullptr, 10);
    } else if (any_of(type, {"float", "double"})) {
        value.kind = type == "float" ? Kind::kFloat : Kind::kDouble;
        value.real = std::strtod(text.c_str(), nullptr);
    } else if (any_of(type, {"decimal", "date", "time", "datetime", "timestamp", "uuid", "inet4",
                             "inet6"})) {
        value.kind = Kind::kText;
        value.text = text;
    } else {
        value.kind = Kind::kBytes;
        result.bytes = unhex(text);
        // As in a row image: trailing zero bytes of BINARY are not logged.
        while (type == "binary" && !result.bytes.empty() && result.bytes.back() == '\0') {
            result.bytes.pop_back();
        }
    }
    return result;
}

sql::Column LiteralDbTest::read_catalogue() {
    const auto rows = connection().query(
        "SELECT DATA_TYPE, COLUMN_TYPE, IFNULL(CHARACTER_SET_NAME, ''), "
        "IFNULL(CHARACTER_OCTET_LENGTH, 0), IFNULL(NUMERIC_PRECISION, 0), "
        "IFNULL(NUMERIC_SCALE, 0), IFNULL(DATETIME_PRECISION, 0) FROM information_schema.COLUMNS "
        "WHERE COLUMN_NAME = 'c' AND TABLE_NAME = 'catalogue' AND TABLE_SCHEMA = " +
        sql::text_literal(schema_->name()));
    const mysql::Row& row = rows[0];
    sql::Column column;
    column.name = "c";
    column.data_type = row.text(0);
    column.column_type = row.text(1);
    column.is_unsigned = column.column_type.find("unsigned") != std::string::npos;
    column.charset = row.text(2);
    column.max_bytes = row.number(3);
    column.precision = static_cast<unsigned>(row.number(4));
    column.scale = static_cast<unsigned>(row.number(5));
    column.fraction_digits = static_cast<unsigned>(row.number(6));
    column.members = sql::members_of(column.column_type);
    return column;
}

Strings LiteralDbTest::literals_of(const std::string& from, const sql::Column& column,
                                   sql::Conversion conversion) {
    std::string expression = "HEX(c)";
    const std::string& type = column.data_type;
    if (any_of(type, {"enum", "set", "bit"})) expression = "CAST(c + 0 AS UNSIGNED)";
    if (any_of(type, {"tinyint", "smallint", "mediumint", "int", "bigint", "year"})) {
        expression = "c + 0";
    }
    if (type == "float") expression = "c * 1e0";  // all digits of the float as a double
    if (any_of(type, {"double", "decimal", "date", "time", "datetime", "timestamp", "uuid", "inet4",
                      "inet6"})) {
        expression = "c";
    }
    // A zero-filled DECIMAL shows zeros that a row image does not have.
    if (type == "decimal") expression = "c + 0";
    Strings literals;
    const auto rows = connection().query("SELECT " + expression + " FROM " + from + " ORDER BY id");
    for (const mysql::Row& row : rows) {
        const Decoded cell = row.is_null(0) ? Decoded{} : decoded(column, row[0]);
        sql::Value value = cell.value;
        value.bytes = cell.bytes;
        literals.push_back(sql::literal(value, column, conversion));
    }
    return literals;
}

void LiteralDbTest::expect_identity(const std::string& definition, const Strings& expressions) {
    const sql::Column* const column = describe(definition);
    if (column == nullptr) return;
    SCOPED_TRACE(definition);
    const std::string source = fill(definition, expressions);
    const std::string twin = table(definition);
    const auto literals = literals_of(source, *column, {});
    for (std::size_t i = 0; i < literals.size(); ++i) {
        const std::string statement =
            fmt::format("INSERT INTO {} VALUES ({}, {})", twin, i + 1, literals[i]);
        EXPECT_EQ(attempt(statement), 0U) << literals[i];
    }
    EXPECT_EQ(checksum(source), checksum(twin))
        << shown(source) << "\n  literals: " << fmt::format("{}", fmt::join(literals, ", "))
        << shown(twin);
}

void LiteralDbTest::expect_conversion(const std::string& from, const std::string& to,
                                      const Strings& expressions) {
    const sql::Column* const column = describe(from);
    const sql::Column* const target = describe(to);
    if (column == nullptr || target == nullptr) return;
    SCOPED_TRACE(from + " -> " + to);
    const std::string source = fill(from, expressions);
    const std::string copied = table(to);
    const std::string written = table(to);
    const auto literals = literals_of(source, *column, sql::conversion_for(*column, *target));
    for (std::size_t i = 0; i < literals.size(); ++i) {
        const unsigned copy = attempt(fmt::format(
            "INSERT INTO {} SELECT id, c FROM {} WHERE id = {}", copied, source, i + 1));
        const unsigned write =
            attempt(fmt::format("INSERT INTO {} VALUES ({}, {})", written, i + 1, literals[i]));
        EXPECT_EQ(copy == 0, write == 0) << expressions[i] << " as " << literals[i] << ": copy "
                                         << copy << ", literal " << write;
    }
    EXPECT_EQ(checksum(copied), checksum(written))
        << shown(copied) << "\n  literals: " << fmt::format("{}", fmt::join(literals, ", "))
        << shown(written);
}

}  // namespace wisp::test
