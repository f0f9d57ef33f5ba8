// SPDX-License-Identifier: Apache-2.0
// ColumnHint: what the catalogue knows about a column and the binlog does not say. Filled by the
// caller from information_schema, used by the splitting of rows and by the value decoder.
#pragma once

#include <cstdint>
#include <vector>

#include "sql/table_def.h"

namespace wisp::binlog {

struct ColumnHint {
    /// Used where the TABLE_MAP has no signedness (MySQL before 8.0.1, MariaDB by default).
    bool is_unsigned = false;
    /// Digits after the second of a MariaDB column in the format before MySQL 5.6's
    /// (mysql56_temporal_format=OFF): the log has type 7, 11 or 12 and no digits. Ignored for
    /// others.
    std::uint8_t fraction_digits_of_old_type = 0;
};

/// One hint a column, in table order. Generated columns that the server leaves out of its logged
/// table are the caller's business: hints go by logged column.
[[nodiscard]] std::vector<ColumnHint> column_hints(const sql::Table& table);

}  // namespace wisp::binlog
