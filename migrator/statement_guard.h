// SPDX-License-Identifier: Apache-2.0
// Statement guard: what the binlog says about the source table other than by rows (R8). DDL on it,
// DML in statement format, an XA COMMIT whose rows were logged before our start: each stops the
// run.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "binlog/change.h"
#include "sql/table_def.h"

namespace wisp::migrator {

class StatementGuard {
  public:
    /// `ours`: the tables wisp itself makes, renames and drops. `logged`: what it does to them is
    /// in this binlog; else whoever names them there is somebody else. `resumed`: rows that were
    /// prepared before the start are not copied any more. `before_swap`: the log begins before the
    /// swap of an earlier run, which is taken back.
    StatementGuard(sql::TableName source, std::vector<sql::TableName> ours, bool logged = true,
                   bool resumed = false, bool before_swap = false)
        : source_(std::move(source)),
          ours_(std::move(ours)),
          logged_(logged),
          unseen_xa_allowed_(!resumed),
          reverts_(before_swap),
          before_swap_(before_swap) {}

    /// Throws Refusal if the transaction holds something that cannot be replayed. Streamer thread.
    void check(const binlog::Transaction& transaction);
    /// True until the swap that is taken back has been seen: changes of the source are those of
    /// another table, which was called so then. Any thread.
    [[nodiscard]] bool before_swap() const { return before_swap_; }
    /// From here on a RENAME of the source is our own cut-over. Any thread.
    void expect_swap(bool expected) { swap_expected_ = expected; }
    /// XA transactions prepared before the start have all been decided. Any thread.
    void expect_no_unseen_xa() { unseen_xa_allowed_ = false; }

  private:
    void refuse_strangers(const binlog::Transaction& transaction,
                          const binlog::Statement& statement) const;
    [[nodiscard]] bool changes_source(const binlog::Statement& statement) const;
    [[nodiscard]] bool is_our_swap(const binlog::Statement& statement) const;
    [[nodiscard]] std::string without_our_names(std::string text) const;

    sql::TableName source_;
    std::vector<sql::TableName> ours_;
    bool logged_;
    std::atomic<bool> swap_expected_{false};
    std::atomic<bool> unseen_xa_allowed_;
    const bool reverts_;
    std::atomic<bool> before_swap_;
};

}  // namespace wisp::migrator
