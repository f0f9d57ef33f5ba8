// SPDX-License-Identifier: Apache-2.0
// Batch writer: one batch → statements on the ghost, in one transaction: deletes first, then rows
// (R6), each statement capped in bytes and rows. Runs on the applier's thread.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "migrator/change_batch.h"
#include "migrator/row_reader.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::migrator {

/// A batch with everything that is to be written with it.
struct PendingBatch {
    ChangeBatch batch;
    std::vector<std::string> repeated_deletes;  // exact conditions from InFlight
};

/// Rows that another unique key of the ghost holds back, by key identity (R7).
using HeldRows = ChangeBatch::States;

class BatchWriter {
  public:
    explicit BatchWriter(const Plan& plan);

    /// The ghost's name from now on; the sentry cut-over renames it (docs/cut-over.md).
    void set_ghost(const sql::TableName& ghost);
    /// Writes and commits; the connection must be in autocommit = 0, and may hold table locks (so
    /// there is no START TRANSACTION, which would release them). Returns rows that could not be
    /// written because of another unique key; always empty unless plan.ghost_is_stricter.
    /// Throws mysql::Error; then nothing of the batch is in the ghost, or the commit is in doubt:
    /// writing the same batch again is right in both cases, its states are absolute.
    [[nodiscard]] HeldRows write(mysql::Connection& connection, const PendingBatch& pending);

  private:
    void write_deletes(mysql::Connection& connection, const PendingBatch& pending);
    void write_rows(mysql::Connection& connection, const ChangeBatch& batch, HeldRows& held);
    void insert_rows(mysql::Connection& connection, const std::vector<const KeyState*>& rows,
                     const std::vector<const std::string*>& identities, const std::string& values,
                     HeldRows& held);
    void write_row(mysql::Connection& connection, const std::string& tuple, bool lenient,
                   const std::string& identity, const KeyState& key, HeldRows& held);
    void write_lenient(mysql::Connection& connection, const std::string& statement);

    const Plan& plan_;
    RowReader reader_;
    std::string insert_head_;  // "REPLACE INTO `s`.`_t_gho` (…) VALUES " or INSERT
    std::string delete_head_;
};

}  // namespace wisp::migrator
