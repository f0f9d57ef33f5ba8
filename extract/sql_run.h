// SPDX-License-Identifier: Apache-2.0
// SqlRun: from the decoder's transactions to scripts: filters them, and tells of what the log holds
// besides rows. Used by one thread.
#pragma once

#include <cstdint>
#include <functional>

#include "binlog/decoder.h"
#include "extract/filter.h"
#include "extract/scripts.h"
#include "extract/sql_store.h"

namespace wisp::extract {

struct SqlRunOptions {
    Filter filter;
    ScriptsOptions scripts;
};

class SqlRun {
  public:
    SqlRun(SqlRunOptions options, Catalogue catalogue);

    /// For the decoder that this run is fed by; it must not outlive the run.
    [[nodiscard]] binlog::DecoderOptions decoder_options();
    void take(const binlog::Transaction& transaction);
    /// Writes what is left of the scripts.
    void finish() { scripts_.finish(); }

    [[nodiscard]] std::uint64_t transactions() const { return transactions_; }

  private:
    void note(const binlog::Transaction& transaction, const binlog::Statement& statement);
    void warn(const binlog::Transaction& transaction, std::string_view what,
              std::string_view statement);

    SqlRunOptions options_;
    Scripts scripts_;
    SqlWriter writer_;
    std::uint64_t transactions_ = 0;
    unsigned warnings_ = 0;
};

}  // namespace wisp::extract
