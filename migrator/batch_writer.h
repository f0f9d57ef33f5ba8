// SPDX-License-Identifier: Apache-2.0
// Batch writer: a batch, or a piece of one → statements on the ghost, in one transaction: deletes
// first, then rows (R6), each statement capped in bytes and rows. One object per thread.
#pragma once

#include <atomic>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "migrator/change_batch.h"
#include "migrator/kept_columns.h"
#include "migrator/row_reader.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::migrator {

/// A batch with everything that is to be written with it.
struct PendingBatch {
    ChangeBatch batch;
    std::vector<std::string> repeated_deletes;  // exact conditions from InFlight
    /// An attempt over several lanes failed: everything goes through one connection a ghost.
    std::atomic<bool> one_lane = false;

    [[nodiscard]] bool empty() const { return batch.empty() && repeated_deletes.empty(); }
};

/// What one connection writes of a batch in one transaction. Points into the batch.
struct Piece {
    std::vector<const ChangeBatch::State*> states;
    std::span<const std::string> repeated_deletes;
};
/// The batch in one piece, its keys in order.
[[nodiscard]] Piece whole(const PendingBatch& pending);

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
    /// Throws mysql::Error; then nothing of the piece is in the ghost, or the commit is in doubt:
    /// writing it again is right in both cases, its states are absolute.
    [[nodiscard]] HeldRows write(mysql::Connection& connection, const Piece& piece);

  private:
    /// The row's tuple, with what the ghost keeps. Returns as RowReader::append_tuple().
    std::vector<std::string> append_row(const ChangeBatch::State& state, std::string& out);
    void write_deletes(mysql::Connection& connection, const Piece& piece);
    void write_rows(mysql::Connection& connection, const Piece& piece, HeldRows& held);
    void write_rows_from_source(mysql::Connection& connection, const Piece& piece, HeldRows& held);
    void insert_rows(mysql::Connection& connection, const std::vector<const KeyState*>& rows,
                     const std::vector<const std::string*>& identities, const std::string& values,
                     HeldRows& held);
    void insert_or_hold(mysql::Connection& connection, const std::string& statement,
                        const std::vector<std::string>& lenient, const std::string& identity,
                        const KeyState& key, HeldRows& held);

    const Plan& plan_;
    RowReader reader_;
    KeptColumns kept_;
    sql::TableName ghost_;
    std::string insert_head_;       // "REPLACE INTO `s`.`_t_gho` (…) VALUES " or INSERT
    std::string from_source_head_;  // the same with SELECT … FROM the source WHERE
    std::string delete_head_;
};

}  // namespace wisp::migrator
