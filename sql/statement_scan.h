// SPDX-License-Identifier: Apache-2.0
// Statements found as text in the binlog: what they do, and whether they concern a table. In doubt
// the answer is yes: a statement on the source table that cannot be replayed must stop the run.
// From binlog/decoder to migrator. Pure text; any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "sql/table_def.h"

namespace wisp::sql {

enum class StatementVerb : std::uint8_t {
    kInsert,
    kUpdate,
    kDelete,
    kReplace,
    kLoad,
    kTruncate,
    kAlter,
    kDrop,
    kCreate,
    kRename,
    kMaintenance,  // ANALYZE, OPTIMIZE, REPAIR, CHECK, FLUSH: rows stay as they are
    kAccess,       // GRANT, REVOKE, SET: no table changes
    kTransaction,  // BEGIN, START, COMMIT, ROLLBACK, SAVEPOINT, RELEASE, XA
    kOther,
};

/// The verb after comments, MariaDB's SET STATEMENT … FOR, and WITH … . kOther if unreadable.
[[nodiscard]] StatementVerb statement_verb(std::string_view sql);

/// True if the statement may change rows itself: in a binlog of rows it should not be there.
[[nodiscard]] bool writes_rows(StatementVerb verb);

/// True if any identifier of the text could be the table: the same name (ASCII case ignored),
/// unqualified with the table's schema as default (or no default), or qualified by that schema.
/// Text that cannot be read counts as yes if it contains the name's bytes.
[[nodiscard]] bool mentions(std::string_view sql, std::string_view default_schema,
                            const TableName& table);

/// As mentions(), but for ALTER, DROP, CREATE, RENAME, TRUNCATE looks only where those statements
/// name the tables they change, so that another table's column or index of this name is no false
/// alarm; kMaintenance, kAccess and kTransaction change nothing. Includes drops_schema().
[[nodiscard]] bool changes_table(std::string_view sql, std::string_view default_schema,
                                 const TableName& table);

/// DROP DATABASE or SCHEMA of this schema.
[[nodiscard]] bool drops_schema(std::string_view sql, std::string_view schema);

}  // namespace wisp::sql
