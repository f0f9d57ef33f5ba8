// SPDX-License-Identifier: Apache-2.0
// Partial updates of JSON columns (binlog_row_value_options = PARTIAL_JSON, MySQL 8.0.3): instead
// of the new document the after image holds what is replaced, inserted and removed in the old one.
// MySQL: libs/mysql/binlog/event/rows_event.h, "Partial_update_rows_event" and sql/json_diff.h
// (9.x).
#pragma once

#include <string>
#include <vector>

#include "base/expected.h"
#include "binlog/byte_reader.h"
#include "binlog/table_map.h"

namespace wisp::binlog {

/// What stands before the null bits of such an after image: by table column, whether the image
/// holds differences instead of a document. One bit a JSON column of the table, be it in the image
/// or not.
[[nodiscard]] std::vector<bool> read_diff_columns(ByteReader& in, const TableMap& table);

/// The expression of the document that the differences make of `document`, an expression itself.
[[nodiscard]] Expected<std::string> with_json_diffs(std::string document, Bytes diffs);

}  // namespace wisp::binlog
