// SPDX-License-Identifier: Apache-2.0
// Script: one file of SQL for the servers' command line client. Takes whole transactions in log
// order; a forward script writes them as they come, a backward one keeps them in a spool and writes
// the last one first in finish().
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "binlog/change.h"
#include "extract/row_sql.h"
#include "extract/spool.h"
#include "extract/text_file.h"

namespace wisp::extract {

struct ScriptOptions {
    Direction direction = Direction::kForward;
    bool without_binlog = false;  // the script switches its session's binlog off
    bool run_ddl = false;         // statements are written to be run, not as comments
    SpoolOptions spool;
};

class Script {
  public:
    /// `path` as for TextFile.
    Script(const std::string& path, const ScriptOptions& options);

    /// Frames of RowSql statements, in log order. `no_foreign_keys`: the session that wrote them
    /// had foreign_key_checks off.
    void add(const binlog::Transaction& transaction, Spool& rows, bool no_foreign_keys);
    /// DDL, or anything else that is no row change.
    /// `may_run`: it is DDL, which does not depend on what only its session knew.
    void add_statement(const binlog::Transaction& transaction, const binlog::Statement& statement,
                       bool may_run);
    /// Writes what is left. Without this the script is not complete, and does not say it is.
    void finish();

  private:
    void put(const std::string& text);

    ScriptOptions options_;
    TextFile file_;
    std::unique_ptr<Spool> reversed_;  // backward only
};

/// What introduces a transaction: its GTID, where it lies in the log, when it was committed.
[[nodiscard]] std::string label_of(const binlog::Transaction& transaction);

}  // namespace wisp::extract
