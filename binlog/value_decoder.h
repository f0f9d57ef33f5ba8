// SPDX-License-Identifier: Apache-2.0
// Value decoder: the columns of one row image to sql::Value. From the decoder's Change to the
// applier. Pure functions, any thread; bytes values are views into the image (or into `out`).
#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <string_view>
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
};

inline constexpr std::size_t kAllColumns = static_cast<std::size_t>(-1);

/// Decodes the columns 0 … last_column of an image; what lies behind is not looked at, so a key
/// at the front of a wide row is cheap. `hints` may be empty (signed, no old temporal types).
[[nodiscard]] Expected<void> decode_image(const RowImage& image, const TableMap& table,
                                          const std::vector<bool>& present,
                                          std::span<const ColumnHint> hints,
                                          std::size_t last_column, DecodedRow& out);

/// The same for the images of a change. before: update and delete only; after: insert and update.
[[nodiscard]] Expected<void> decode_before(const Change& change, std::span<const ColumnHint> hints,
                                           std::size_t last_column, DecodedRow& out);
[[nodiscard]] Expected<void> decode_after(const Change& change, std::span<const ColumnHint> hints,
                                          std::size_t last_column, DecodedRow& out);

/// True if the image holds every column (binlog_row_image = FULL).
[[nodiscard]] bool is_full(const std::vector<bool>& present);

/// Text of MariaDB's UUID, INET4 and INET6 columns from the bytes in a kBytes value (which the log
/// may have shortened by trailing zero bytes).
[[nodiscard]] std::string uuid_text(std::string_view bytes);
[[nodiscard]] std::string inet4_text(std::string_view bytes);
[[nodiscard]] std::string inet6_text(std::string_view bytes);

}  // namespace wisp::binlog
