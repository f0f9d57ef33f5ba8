// SPDX-License-Identifier: Apache-2.0
// Literals: a decoded value as an SQL expression of the source column's value *and type*, so that
// assigning it to the ghost's column converts exactly as INSERT … SELECT would. Needs the session
// of mysql/session.h (NAMES utf8mb4, +00:00, no NO_BACKSLASH_ESCAPES). Pure text; any thread.
#pragma once

#include <string>
#include <string_view>

#include "sql/table_def.h"
#include "sql/value.h"

namespace wisp::sql {

/// What the target column needs beyond the plain literal. Made once per column by conversion_for().
struct Conversion {
    /// ENUM and SET as member names: the target's list does not start with the source's, or the
    /// target is text. False: as ordinal or mask.
    bool members_as_text = false;
    /// Zero-filled numbers, YEAR, FLOAT and BIT as a SELECT shows them: the target is of the TEXT
    /// or BLOB family, into which servers copy the shown text (into CHAR and VARCHAR, the number).
    bool as_shown = false;
    /// CAST('…' AS DATETIME(6)) and the like: the target is of another family, and a quoted text
    /// would convert otherwise than the typed value does.
    bool typed = false;
};

/// The conversion between two columns that share data.
[[nodiscard]] Conversion conversion_for(const Column& source, const Column& target);

/// Appends the expression. `value` must be of `source`'s type, as binlog/value_decoder makes it.
void append_literal(std::string& out, const Value& value, const Column& source,
                    Conversion conversion = {});
[[nodiscard]] std::string literal(const Value& value, const Column& source,
                                  Conversion conversion = {});

/// True for a value that a strict session refuses as a literal although INSERT … SELECT copies it:
/// the error value of an ENUM (ordinal 0). All servers say 1265; write such a row without strict
/// mode.
[[nodiscard]] bool refused_by_strict(const Value& value, const Column& source);

/// Appends bytes in a character set: _charset'abc' if plain ASCII, else _charset X'…'. An empty
/// charset is binary.
void append_bytes(std::string& out, std::string_view bytes, std::string_view charset);
/// Appends a double in a form the servers read back as the same DOUBLE: 1e0, -0e0, 5e-324.
void append_double(std::string& out, double value);

/// True if bytes 0x20–0x7E mean ASCII in this charset, whatever stands before them.
[[nodiscard]] bool ascii_compatible(std::string_view charset);
/// DATA_TYPE is one of the character types (CHAR … LONGTEXT).
[[nodiscard]] bool is_text_type(std::string_view data_type);
/// DATA_TYPE is one of TINYINT … BIGINT.
[[nodiscard]] bool is_integer_type(std::string_view data_type);
/// DATA_TYPE is one of BINARY, VARBINARY, TINYBLOB … LONGBLOB.
[[nodiscard]] bool is_binary_type(std::string_view data_type);

}  // namespace wisp::sql
