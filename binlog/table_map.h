// SPDX-License-Identifier: Apache-2.0
// TableMap: what a TABLE_MAP_EVENT says about the columns of the rows events that follow.
// MySQL: libs/mysql/binlog/event/rows_event.h (9.x), MariaDB: sql/log_event.h Table_map_log_event.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "binlog/byte_reader.h"
#include "binlog/column_hint.h"

namespace wisp::binlog {

/// enum_field_types, MySQL: include/field_types.h (9.x); MariaDB: include/mysql_com.h (10.11).
enum ColumnType : std::uint8_t {
    kTiny = 1,
    kShort = 2,
    kLong = 3,
    kFloat = 4,
    kDouble = 5,
    kTimestampOld = 7,
    kLongLong = 8,
    kInt24 = 9,
    kDate = 10,
    kTimeOld = 11,
    kDatetimeOld = 12,
    kYear = 13,
    kNewDate = 14,
    kVarchar = 15,
    kBit = 16,
    kTimestamp = 17,  // MYSQL_TYPE_TIMESTAMP2
    kDatetime = 18,   // MYSQL_TYPE_DATETIME2
    kTime = 19,       // MYSQL_TYPE_TIME2
    kTypedArray = 20,
    kBlobCompressed = 140,     // MariaDB
    kVarcharCompressed = 141,  // MariaDB
    kVector = 242,             // MySQL 9
    kJson = 245,               // MySQL
    kDecimal = 246,            // MYSQL_TYPE_NEWDECIMAL
    kEnum = 247,
    kSet = 248,
    kTinyBlob = 249,
    kMediumBlob = 250,
    kLongBlob = 251,
    kBlob = 252,
    kString = 254,
    kGeometry = 255,
};

struct LoggedColumn {
    std::uint8_t type = 0;  // MYSQL_TYPE_*; for STRING the real type (ENUM, SET, STRING)
    /// CHAR, BINARY, VARCHAR: most bytes; ENUM, SET: bytes a value; BLOB kinds: bytes of the
    /// length; BIT: bits; DECIMAL: precision << 8 | scale; temporal types: digits after the second.
    std::uint16_t meta = 0;
    bool nullable = false;
    /// How long a value is, where the type and meta alone say it: so many bytes, or a length of so
    /// many bytes before the value. Both 0: ask value_size().
    std::uint8_t fixed_bytes = 0;
    std::uint8_t length_bytes = 0;
};

struct TableMap {
    std::uint64_t id = 0;
    std::string schema;
    std::string table;
    std::vector<LoggedColumn> columns;
    /// By column; only where the server logs it (MySQL 8.0 on by default; MariaDB not).
    std::optional<std::vector<bool>> unsigned_columns;
    /// The optional fields as logged; table_metadata.h reads what is not needed to split rows.
    std::vector<std::uint8_t> optional_fields;
};

/// The head of a TABLE_MAP body, enough to know whether anybody wants the rest.
struct TableMapName {
    std::uint64_t id = 0;
    std::string_view schema;
    std::string_view table;
};

/// `fixed_size`: FormatDescription::fixed_size of TABLE_MAP; 6 means a 4-byte table id (MySQL 5.1).
[[nodiscard]] Expected<TableMapName> parse_table_map_name(Bytes body, std::size_t fixed_size);
[[nodiscard]] Expected<TableMap> parse_table_map(Bytes body, std::size_t fixed_size);

/// The slow way of value_size(): by the column's type.
[[nodiscard]] std::uint64_t value_size_by_type(const LoggedColumn& column, const ColumnHint& hint,
                                               ByteReader in);

/// Bytes of the next value of a column in a row image that `in` stands at the start of, its length
/// prefix included. Reads the prefix only. 0 with in.ok() false: the prefix is cut off.
[[nodiscard]] inline std::uint64_t value_size(const LoggedColumn& column, const ColumnHint& hint,
                                              ByteReader in) {
    if (column.fixed_bytes != 0) return column.fixed_bytes;
    if (column.length_bytes == 0) return value_size_by_type(column, hint, in);
    const std::uint64_t size = in.le(column.length_bytes);
    return in.ok() ? column.length_bytes + size : 0;
}

}  // namespace wisp::binlog
