// SPDX-License-Identifier: Apache-2.0
#include "migrator/inspector.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

std::uint64_t number_or_zero(const mysql::Row& row, std::size_t i) {
    return row.is_null(i) ? 0 : row.number(i);
}

std::string where_table(const sql::TableName& name) {
    return fmt::format("TABLE_SCHEMA = {} AND TABLE_NAME = {}", sql::text_literal(name.schema),
                       sql::text_literal(name.table));
}

sql::Generated generated(const std::string& extra) {
    // MySQL: "VIRTUAL GENERATED", "STORED GENERATED"; MariaDB the same, before 10.2 "PERSISTENT".
    if (extra.find("virtual") != std::string::npos) return sql::Generated::kVirtual;
    if (extra.find("stored generated") != std::string::npos ||
        extra.find("persistent") != std::string::npos) {
        return sql::Generated::kStored;
    }
    return sql::Generated::kNo;
}

sql::Column read_column(const mysql::Row& row) {
    sql::Column column;
    column.name = row.text(0);
    column.data_type = lower(row.text(1));
    column.column_type = row.text(2);
    column.nullable = row[3] == "YES";
    column.charset = row.text(4);
    column.collation = row.text(5);
    column.max_characters = number_or_zero(row, 6);
    column.max_bytes = number_or_zero(row, 7);
    column.precision = static_cast<unsigned>(number_or_zero(row, 8));
    column.scale = static_cast<unsigned>(number_or_zero(row, 9));
    column.fraction_digits = static_cast<unsigned>(number_or_zero(row, 10));
    column.default_text = row.optional_text(11);
    column.extra = lower(row.text(12));
    const std::string type = lower(column.column_type);
    column.is_unsigned = column.data_type != "enum" && column.data_type != "set" &&
                         type.find("unsigned") != std::string::npos;
    if (column.data_type == "enum" || column.data_type == "set") {
        column.members = sql::members_of(column.column_type);
    }
    column.generated = generated(column.extra);
    return column;
}

void read_columns(mysql::Connection& connection, sql::Table& table) {
    const std::string fraction =
        connection.server().version < 50604 && !connection.server().mariadb()
            ? "NULL"
            : "DATETIME_PRECISION";
    const auto rows = connection.query(fmt::format(
        "SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE, CHARACTER_SET_NAME,"
        " COLLATION_NAME, CHARACTER_MAXIMUM_LENGTH, CHARACTER_OCTET_LENGTH, NUMERIC_PRECISION,"
        " NUMERIC_SCALE, {}, COLUMN_DEFAULT, EXTRA FROM information_schema.COLUMNS WHERE {}"
        " ORDER BY ORDINAL_POSITION",
        fraction, where_table(table.name)));
    for (const auto& row : rows) table.columns.push_back(read_column(row));
}

void read_keys(mysql::Connection& connection, sql::Table& table) {
    // SHOW INDEX has the same columns on every server; EXPRESSION only on MySQL 8.0.13 and later,
    // where an expression part has a NULL Column_name.
    const auto rows = connection.query("SHOW INDEX FROM " + sql::quote(table.name));
    const auto at = [&](std::string_view name) { return rows.column(name).value(); };
    const auto name_at = at("Key_name");
    const auto unique_at = at("Non_unique");
    const auto column_at = at("Column_name");
    const auto prefix_at = at("Sub_part");
    const auto collation_at = at("Collation");
    for (const auto& row : rows) {
        if (table.keys.empty() || table.keys.back().name != row[name_at]) {
            table.keys.push_back({row.text(name_at), row[unique_at] == "0", {}});
        }
        table.keys.back().parts.push_back(
            {row.text(column_at), number_or_zero(row, prefix_at), row[collation_at] == "D"});
    }
}

}  // namespace

Relation relation(mysql::Connection& connection, const sql::TableName& name) {
    const auto type = connection.scalar("SELECT TABLE_TYPE FROM information_schema.TABLES WHERE " +
                                        where_table(name));
    if (!type) return Relation::kNone;
    if (*type == "BASE TABLE") return Relation::kTable;
    if (*type == "VIEW" || *type == "SYSTEM VIEW") return Relation::kView;
    return Relation::kOther;
}

sql::Table inspect_table(mysql::Connection& connection, const sql::TableName& name) {
    const auto rows = connection.query(
        "SELECT TABLE_SCHEMA, TABLE_NAME, ENGINE, TABLE_ROWS, AUTO_INCREMENT, AVG_ROW_LENGTH"
        " FROM information_schema.TABLES WHERE TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') "
        "AND " +
        where_table(name));
    if (rows.empty()) {
        throw Refusal(fmt::format("table {} does not exist on {}; check --database and --table",
                                  sql::quote(name), connection.endpoint().label()));
    }
    sql::Table table;
    // As the server stores the name: with lower_case_table_names the binlog has it in lower case.
    table.name = {rows[0].text(0), rows[0].text(1)};
    table.engine = rows[0].text(2);
    table.estimated_rows = number_or_zero(rows[0], 3);
    table.auto_increment = number_or_zero(rows[0], 4);
    table.average_row_bytes = number_or_zero(rows[0], 5);
    read_columns(connection, table);
    read_keys(connection, table);
    const auto create = connection.query("SHOW CREATE TABLE " + sql::quote(table.name));
    table.create_statement = create[0].text(1);
    return table;
}

}  // namespace wisp::migrator
