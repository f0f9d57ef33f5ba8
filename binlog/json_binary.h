// SPDX-License-Identifier: Apache-2.0
// MySQL's binary JSON to an SQL expression that makes the same document again, types included.
// What JSON text reproduces becomes CAST(_utf8mb4'…' AS JSON); documents with DECIMAL, dates, BIT
// or binary values, or integers whose sign type text would change, are built by JSON_OBJECT,
// JSON_ARRAY.
#pragma once

#include <string>

#include "base/expected.h"
#include "binlog/byte_reader.h"

namespace wisp::binlog {

/// `document`: the column's value without its length prefix; no bytes at all are JSON null, as the
/// server reads them. The expression wants sql_mode without NO_BACKSLASH_ESCAPES and with zero
/// dates allowed, and time_zone '+00:00'.
[[nodiscard]] Expected<std::string> json_expression(Bytes document);

}  // namespace wisp::binlog
