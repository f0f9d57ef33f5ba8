// SPDX-License-Identifier: Apache-2.0
// Does a table of the catalogue look like what the log describes? A log may be older than the last
// ALTER, and then names by position would be wrong names.
#pragma once

#include <string>

#include "binlog/table_map.h"
#include "binlog/table_metadata.h"
#include "sql/table_def.h"

namespace wisp::extract {

/// Empty if they agree; else the first difference: "it has 5 columns now and 4 in the log".
/// Types, sizes, digits, NULL, signs and, where the log has them, character sets are compared.
[[nodiscard]] std::string difference(const binlog::TableMap& map,
                                     const binlog::TableMetadata& metadata,
                                     const sql::Table& table);

}  // namespace wisp::extract
