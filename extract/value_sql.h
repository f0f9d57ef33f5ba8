// SPDX-License-Identifier: Apache-2.0
// Decoded values as SQL that people can read and the servers' clients load exactly, in a session
// with NAMES utf8mb4, time_zone '+00:00' and without NO_BACKSLASH_ESCAPES. Pure text.
#pragma once

#include <string>

#include "extract/table_shape.h"
#include "sql/value.h"

namespace wisp::extract {

/// The value as a literal or expression.
void append_value(std::string& out, const sql::Value& value, const ColumnShape& column);

/// "column = value", for a key's column.
void append_key_match(std::string& out, const sql::Value& value, const ColumnShape& column);

/// A condition that holds for this stored value and NULL alike, byte for byte where text could be
/// equal without being the same.
void append_exact_match(std::string& out, const sql::Value& value, const ColumnShape& column);

/// A strict session refuses this value although it was stored: the error value of an ENUM.
[[nodiscard]] bool refused_by_strict(const sql::Value& value, const ColumnShape& column);

}  // namespace wisp::extract
