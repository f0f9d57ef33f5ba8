// SPDX-License-Identifier: Apache-2.0
// The operator's ALTER, looked at from outside: what it renames and drops, what wisp refuses. Not a
// parser: the server is the parser, for the ALTER is run on the empty ghost table.
// From the command line to migrator/inspector and checks. Pure text; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/expected.h"

namespace wisp::sql {

enum class ClauseKind : std::uint8_t {
    kAddColumn,
    kDropColumn,
    kChangeColumn,
    kModifyColumn,
    kRenameColumn,
    kAlterColumn,
    kAddIndex,
    kAddUnique,  // UNIQUE [KEY|INDEX] or PRIMARY KEY
    kDropIndex,
    kDropPrimaryKey,
    kRenameIndex,
    kAlterIndex,
    kAddForeignKey,
    kDropForeignKey,
    kAddConstraint,  // CHECK
    kDropConstraint,
    kPartitionBy,         // PARTITION BY, REMOVE PARTITIONING
    kPartitionOperation,  // ADD, DROP, TRUNCATE, EXCHANGE, … PARTITION
    kTablespace,          // DISCARD, IMPORT TABLESPACE
    kAlgorithm,           // ALGORITHM, LOCK, WAIT, NOWAIT, ONLINE: how to run it, not what
    kTableOption,         // ENGINE, AUTO_INCREMENT, ROW_FORMAT, CONVERT TO CHARACTER SET, …
    kOther,
};

struct Clause {
    ClauseKind kind = ClauseKind::kOther;
    std::string text;    // as written
    std::string column;  // the column named by a column clause; for CHANGE and RENAME the old name
    std::string new_name;  // CHANGE, RENAME COLUMN
};

struct Alter {
    std::optional<std::string> schema;  // only in the full ALTER TABLE form
    std::optional<std::string> table;
    std::string clauses;  // what to send after ALTER TABLE <name>; without the how_clauses
    std::vector<Clause> parts;
    std::vector<std::pair<std::string, std::string>> renamed_columns;  // old, new; as written
    std::vector<std::string> dropped_columns;
    bool sets_auto_increment = false;  // AUTO_INCREMENT=… as a table option
    bool adds_foreign_key = false;     // a clause, or REFERENCES inside a column
    bool adds_unique_key = false;      // a clause, or UNIQUE/PRIMARY/KEY inside a column
    bool ignores_duplicates = false;   // ALTER IGNORE TABLE
    /// A clause that cannot be done through a ghost table (EXCHANGE PARTITION, DROP PARTITION,
    /// DISCARD TABLESPACE, …), as written; empty if none.
    std::string unsupported;
    std::vector<std::string> how_clauses;  // ALGORITHM=…, LOCK=…, WAIT n, NOWAIT as written
};

/// Takes "ADD COLUMN c INT, DROP COLUMN d" or "ALTER TABLE [db.]t …"; one trailing ';' is dropped.
/// Fails, with what to do, on empty text, RENAME [TO|AS], several statements, unbalanced quotes or
/// parentheses, or a statement that is no ALTER TABLE.
[[nodiscard]] Expected<Alter> split_alter(std::string_view text);

}  // namespace wisp::sql
