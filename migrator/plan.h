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

    [[nodiscard]] std::string wrap(std::string_view source_expression) const;
};

/// A ghost column without a source whose default would depend on our session.
struct FilledColumn {
    std::string name;
    std::string expression;
};

struct MigrationKey {
    std::string source_index_name;     // for FORCE INDEX
    std::vector<std::size_t> columns;  // indices into Plan::columns, in key order
};

struct Plan {
    TableNames names;
    sql::Alter alter;
    sql::Table source;
    sql::Table ghost;
    std::vector<MappedColumn> columns;
    std::vector<FilledColumn> filled;
    std::vector<std::string> dropped;  // source columns that have no place in the ghost
    MigrationKey key;
    /// The ghost has a unique key the source lacks (or one that compares otherwise): a REPLACE
    /// could silently delete another row, so replay deletes by key and inserts plainly (R7).
    bool ghost_is_stricter = false;
    /// The ghost's key compares otherwise than the source's: deletes compare bytes as well.
    bool exact_key = false;
    std::vector<binlog::ColumnHint> hints;
};

}  // namespace wisp::migrator
