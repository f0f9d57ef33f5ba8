// SPDX-License-Identifier: Apache-2.0
// A table as the server's catalogue describes it: columns, keys, options. Filled by
// migrator/inspector from information_schema; plain data, read by everyone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wisp::sql {

/// Schema and table name, unquoted.
struct TableName {
    std::string schema;
    std::string table;
    bool operator==(const TableName&) const = default;
};

enum class Generated : std::uint8_t { kNo, kVirtual, kStored };

struct Column {
    std::string name;
    std::string data_type;    // lower case, no width: "int", "varchar", "enum", "datetime", …
    std::string column_type;  // as declared: "int(10) unsigned", "enum('a','b')", …
    bool nullable = true;
    bool is_unsigned = false;
    std::string charset;                      // empty for non-character types
    std::string collation;                    // empty for non-character types
    std::uint64_t max_characters = 0;         // CHARACTER_MAXIMUM_LENGTH
    std::uint64_t max_bytes = 0;              // CHARACTER_OCTET_LENGTH
    unsigned precision = 0;                   // NUMERIC_PRECISION (DECIMAL, BIT)
    unsigned scale = 0;                       // NUMERIC_SCALE
    unsigned fraction_digits = 0;             // DATETIME_PRECISION
    std::vector<std::string> members;         // ENUM and SET members, utf8mb4, in order
    std::optional<std::string> default_text;  // COLUMN_DEFAULT as the catalogue shows it
    std::string extra;  // EXTRA, lower case: "auto_increment", "invisible", …
    Generated generated = Generated::kNo;
};

struct KeyPart {
    std::string column;        // empty for an expression part
    std::uint64_t prefix = 0;  // characters or bytes; 0 = the whole column
    bool descending = false;
};

struct Key {
    std::string name;
    bool unique = false;
    std::vector<KeyPart> parts;
    [[nodiscard]] bool primary() const { return name == "PRIMARY"; }
};

struct Table {
    TableName name;
    std::string engine;
    std::string create_statement;  // SHOW CREATE TABLE
    std::uint64_t estimated_rows = 0;
    std::uint64_t average_row_bytes = 0;  // by the server's statistics
    std::uint64_t auto_increment = 0;     // 0 = none
    std::vector<Column> columns;          // in ordinal order, invisible ones included
    std::vector<Key> keys;

    /// By name, without regard to ASCII case as the servers compare column names; null if none.
    [[nodiscard]] const Column* find_column(std::string_view column) const;
    /// Ordinal (from 0) of a column; nullopt if none.
    [[nodiscard]] std::optional<std::size_t> column_index(std::string_view column) const;
};

/// The members in a COLUMN_TYPE "enum('a','it''s')" or "set(…)", in order; empty for other types.
/// The catalogue doubles quotes and writes backslashes and line ends with a backslash.
[[nodiscard]] std::vector<std::string> members_of(std::string_view column_type);

}  // namespace wisp::sql
