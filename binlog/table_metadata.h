// SPDX-License-Identifier: Apache-2.0
// TableMetadata: what a TABLE_MAP's optional fields say beyond the signedness: with
// binlog_row_metadata=FULL names, members and the primary key; on MySQL always character sets.
// MySQL: libs/mysql/binlog/event/rows_event.h Table_map_event::Optional_metadata_fields (9.x);
// MariaDB: sql/log_event.h Table_map_log_event (10.5 and later).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "binlog/table_map.h"

namespace wisp::binlog {

struct ColumnMetadata {
    std::string name;                  // empty: not logged
    std::string_view charset;          // "binary" for BLOB and the like; empty: not logged
    std::vector<std::string> members;  // ENUM, SET: bytes in the column's charset
};

struct TableMetadata {
    std::vector<ColumnMetadata> columns;   // as many as the table map has
    std::vector<std::size_t> primary_key;  // ordinals, without regard to prefixes
    bool named = false;                    // every column has its name
};

[[nodiscard]] Expected<TableMetadata> parse_table_metadata(const TableMap& map);

}  // namespace wisp::binlog
