// SPDX-License-Identifier: Apache-2.0
// Value decoder: the columns of one row image to sql::Value. From the decoder's Change to the
// applier. Pure functions, any thread; bytes values are views into the image (or into `out`).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/expected.h"
#include "binlog/change.h"
#include "binlog/column_hint.h"
#include "binlog/table_map.h"
#include "sql/value.h"

namespace wisp::binlog {

/// A decoded row. Reuse one object for many rows: the vectors keep their memory. Views in `values`
/// are valid until the next decode into the same object, and as long as the row's block lives.
struct DecodedRow {
    /// By logged column, up to last_column. A column that is absent from the image is kNull here:
    /// ask the `present` bitmap that was passed in (block->present_before / present_after).
    std::vector<sql::Value> values;
    /// Owns what had to be unpacked (MariaDB compressed columns); values point into it.
    std::deque<std::string> unpacked;
    /// Differences (json_diff.h) of documents whose old form is in no image, by column.
    std::vector<std::pair<std::size_t, std::span<const std::uint8_t>>> json_diffs;
};

inline constexpr std::size_t kAllColumns = static_cast<std::size_t>(-1);

/// Decodes the columns 0 … last_column of an image; what lies behind is not looked at, so a key
/// at the front of a wide row is cheap. `hints` may be empty (signed, no old temporal types).
[[nodiscard]] Expected<void> decode_image(const RowImage& image, const TableMap& table,
                                          const std::vector<bool>& present,
                                          std::span<const ColumnHint> hints,
                                          std::size_t last_column, DecodedRow& out);

/// The row before a change: updates and deletes only. Columns that are not in its image are kNull.
[[nodiscard]] Expected<void> decode_before(const Change& change, std::span<const ColumnHint> hints,
                                           std::size_t last_column, DecodedRow& out);
/// The row after a change: inserts and updates only. What the after image leaves out of an update
/// has not changed (binlog_row_image MINIMAL, NOBLOB, FULL_NODUP) and is taken from the before
/// image; JSON differences are applied to the document there. Columns for which knows_after() is
/// false are kNull; differences without a document go to json_diffs.
[[nodiscard]] Expected<void> decode_after(const Change& change, std::span<const ColumnHint> hints,
                                          std::size_t last_column, DecodedRow& out);

/// Whether the images of an insert or update tell the column's value after it.
[[nodiscard]] bool knows_after(const Change& change, std::size_t column);

/// True if the image holds every column (binlog_row_image = FULL).
[[nodiscard]] bool is_full(const std::vector<bool>& present);

/// Text of MariaDB's UUID, INET4 and INET6 columns from the bytes in a kBytes value (which the log
/// may have shortened by trailing zero bytes).
[[nodiscard]] std::string uuid_text(std::string_view bytes);
[[nodiscard]] std::string inet4_text(std::string_view bytes);
[[nodiscard]] std::string inet6_text(std::string_view bytes);

}  // namespace wisp::binlog
