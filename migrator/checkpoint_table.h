// SPDX-License-Identifier: Apache-2.0
// Checkpoint table: where a run's newest checkpoint lies, beside the ghost: one row, replaced as a
// whole. Its commit comes after those of the data it tells of, so the server keeps both or neither.
#pragma once

#include <optional>
#include <string>

#include "migrator/checkpoint.h"
#include "sql/table_def.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::migrator {

/// CREATE TABLE of it.
[[nodiscard]] std::string create_checkpoint_table(const sql::TableName& name);
/// True if a table of that name is there, and ours. Throws Refusal if it is somebody else's.
[[nodiscard]] bool has_checkpoint_table(mysql::Connection& connection, const sql::TableName& name);
/// Replaces what is there.
void save_checkpoint(mysql::Connection& connection, const sql::TableName& name,
                     const Checkpoint& checkpoint);
/// nullopt: there is no table, or nothing in it. Throws Refusal if it cannot be read.
[[nodiscard]] std::optional<Checkpoint> load_checkpoint(mysql::Connection& connection,
                                                        const sql::TableName& name);

}  // namespace wisp::migrator
