// SPDX-License-Identifier: Apache-2.0
// The ghost on a replica, made from the definition that the table has on the primary; and what the
// replica's own table has that this would lose. One thread.
#pragma once

#include <string>
#include <vector>

#include "sql/table_def.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::migrator {

/// CREATE TABLE of the ghost from the primary's SHOW CREATE TABLE. Names of CHECK constraints are
/// left out, since a schema can have each only once (MySQL 8.4 manual, "CHECK Constraints"): the
/// server gives its own. Throws Refusal for a text that cannot be taken apart.
[[nodiscard]] std::string create_ghost(const sql::Table& source, const sql::TableName& ghost);

/// True if both definitions say the same, but for the table's name and its counter.
[[nodiscard]] bool same_definition(const sql::Table& a, const sql::Table& b);

/// Definitions of secondary indexes that the replica's table has and the primary's has not, as SHOW
/// CREATE TABLE has them: "KEY `a` (`a`)". Only those whose columns the primary has.
[[nodiscard]] std::vector<std::string> own_indexes(const sql::Table& primary,
                                                   const sql::Table& replica);

}  // namespace wisp::migrator
