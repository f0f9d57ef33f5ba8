// SPDX-License-Identifier: Apache-2.0
// Value: one column value as decoded from a row image, before it becomes a literal.
// From binlog/value_decoder to sql/literal. Plain data; no connection, no charset conversion.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wisp::sql {

struct Value {
    enum class Kind : std::uint8_t {
        kNull,
        kSigned,    // integer types, and YEAR as the year (0 = 0000)
        kUnsigned,  // unsigned integer types, ENUM as its ordinal, SET as its mask, BIT as its
                    // number
        kFloat,     // FLOAT: `real` holds the float widened to double, exactly
        kDouble,    // DOUBLE
        kText,      // `text` is ASCII the server reads back exactly: DECIMAL, DATE, TIME, DATETIME,
                    // TIMESTAMP (in UTC), UUID, INET4, INET6
        kBytes,     // `bytes` in the column's charset: CHAR, VARCHAR, TEXT, BINARY, BLOB, GEOMETRY,
                    // VECTOR
        kJson,      // `text` is an SQL expression that yields the JSON document exactly
    };

    Kind kind = Kind::kNull;
    std::int64_t integer = 0;            // kSigned
    std::uint64_t unsigned_integer = 0;  // kUnsigned
    double real = 0;                     // kFloat, kDouble
    std::string_view bytes;              // kBytes; valid as long as the row image's buffer
    std::string text;                    // kText, kJson
};

}  // namespace wisp::sql
