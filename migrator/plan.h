// SPDX-License-Identifier: Apache-2.0
// Plan: the outcome of inspection, immutable from then on. Names, both tables' definitions, which
// column goes where and how, and the migration key.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "binlog/column_hint.h"
#include "sql/alter_splitter.h"
#include "sql/literal.h"
#include "sql/table_def.h"
#include "sql/trigger_text.h"

namespace wisp::migrator {

/// The tables of one migration. `swap_*` are names that sort after the source table; the sentry
/// cut-over needs them (docs/cut-over.md).
struct TableNames {
    sql::TableName source;
    sql::TableName ghost;
    sql::TableName changelog;
    sql::TableName old;
    sql::TableName swap_ghost;
    sql::TableName swap_old;
    sql::TableName checkpoint;
};

/// One column whose data moves from source to ghost.
struct MappedColumn {
    std::size_t source_index = 0;  // in the source table, and so in its row images
    sql::Column source;
    sql::Column ghost;
    sql::Conversion conversion;
    /// Wraps the source expression, {} being its place: the column in the copy, the literal in the
    /// replay. One text for both, so both convert alike.
    std::string expression = "{}";
    /// Verification compares it; a revert leaves out what the migration may have rounded.
    bool compared = true;

    [[nodiscard]] std::string wrap(std::string_view source_expression) const;
};

/// A ghost column without a source that an insert has to name: it has no default, or one that would
/// depend on our session.
struct FilledColumn {
    std::string name;
    std::string expression;
};

/// A column that only the ghost has and whose values are there already, in a revert.
struct KeptColumn {
    sql::Column column;
    std::string expression;  // what a new row gets
};

struct MigrationKey {
    std::string source_index_name;     // for FORCE INDEX
    std::vector<std::size_t> columns;  // indices into Plan::columns, in key order
    bool nullable = false;             // a column can be NULL, and must not be
    std::string passed_over;           // unique keys that cannot be used, with reasons; for people
};

/// A secondary index of the ghost that is built after the copy.
struct DeferredIndex {
    std::string name;
    std::string definition;  // as SHOW CREATE TABLE has it: "KEY `a` (`a`)"
};

/// What makes a trigger the same as another one, but for name and table. Texts are bytes of its
/// character set.
struct TriggerDefinition {
    sql::TriggerText text;
    std::string sql_mode;
    std::string charset;           // character_set_client
    std::string collation;         // collation_connection
    std::string schema_collation;  // when it was made
    bool operator==(const TriggerDefinition&) const = default;
};

/// A trigger of the source and how it is made on the ghost: `create`, a name, the body.
struct Trigger {
    std::string name;
    std::string new_name;
    TriggerDefinition definition;
    std::string create;  // "CREATE … TRIGGER `shop`.`name_suffix` BEFORE INSERT ON "
    std::string on_ghost;
    std::string on_swap_ghost;
};

struct Plan {
    TableNames names;
    sql::Alter alter;
    sql::Table source;
    sql::Table ghost;
    std::vector<MappedColumn> columns;
    std::vector<FilledColumn> filled;
    std::vector<KeptColumn> kept;      // instead of `filled`, in a revert
    std::vector<std::string> dropped;  // source columns that have no place in the ghost
    MigrationKey key;
    /// The ghost has a unique key the source lacks (or one that compares otherwise): a REPLACE
    /// could silently delete another row, so replay deletes by key and inserts plainly (R7).
    bool ghost_is_stricter = false;
    /// The ghost's key compares otherwise than the source's: deletes compare bytes as well.
    bool exact_key = false;
    /// A key with columns that can be NULL may be the migration key.
    bool allow_nullable_key = false;
    /// A warning of the server about rows that are written ends the run.
    bool panic_on_warnings = false;
    /// What we write is in the binlog, and the changelog is there to be read in it; else nothing of
    /// ours is.
    bool has_changelog = true;
    /// The checkpoint table is made beside the ghost.
    bool has_checkpoint = false;
    /// Source and ghost are on one server: a statement can read the one and write the other.
    bool one_server = true;
    std::vector<binlog::ColumnHint> hints;
    std::vector<Trigger> triggers;        // in the order in which they fire
    std::vector<DeferredIndex> deferred;  // while the copy runs they are not in the ghost
};

}  // namespace wisp::migrator
