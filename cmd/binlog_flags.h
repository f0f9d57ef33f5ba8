// SPDX-License-Identifier: Apache-2.0
// Flags of `wisp binlog`: which log, what of it, and what to make of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/expected.h"
#include "extract/filter.h"
#include "extract/log_reader.h"
#include "extract/scripts.h"

namespace wisp::cmd {

enum class BinlogTask : unsigned char { kSql, kRollback, kStats, kLocate };

struct BinlogFlags {
    BinlogTask task = BinlogTask::kSql;
    extract::LogRange range;
    extract::Filter filter;
    extract::ScriptsOptions scripts;
    binlog::Position position;  // locate: whose transaction
    std::int64_t interval = 0;
    std::size_t top = 10;
    bool json = false;
    bool quiet = false;
    bool help = false;
};

/// Parses what follows `wisp binlog`. Fails with a sentence.
[[nodiscard]] Expected<BinlogFlags> parse_binlog_flags(const std::vector<std::string>& words);

/// The text of `wisp binlog --help`.
[[nodiscard]] std::string binlog_help();

}  // namespace wisp::cmd
