// SPDX-License-Identifier: Apache-2.0
// Deferred indexes: which secondary indexes of the ghost may be dropped while it is empty and built
// after the copy (--defer-secondary-indexes), and the statements for both. Definitions are the
// server's own words. No I/O.
#pragma once

#include <string>
#include <vector>

#include "migrator/plan.h"
#include "sql/table_def.h"

namespace wisp::migrator {

/// Plain, not unique indexes. What stays: unique keys (R7 and the migration key), FULLTEXT,
/// SPATIAL, the key of an AUTO_INCREMENT column, everything in a table with foreign keys. An index
/// before one that stays is left too: added again it would come to stand behind it.
[[nodiscard]] std::vector<DeferredIndex> deferrable_indexes(const sql::Table& ghost);

[[nodiscard]] std::string drop_indexes(const sql::TableName& ghost,
                                       const std::vector<DeferredIndex>& indexes);
[[nodiscard]] std::string add_indexes(const sql::TableName& ghost,
                                      const std::vector<DeferredIndex>& indexes);

}  // namespace wisp::migrator
