// SPDX-License-Identifier: Apache-2.0
// Repair: writes the rows that differ on one replica as the primary has them, in place, while the
// replica's SQL thread stands still for a moment. docs/verify.md, "Repair", has the argument.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "drift/options.h"
#include "drift/report.h"

namespace wisp::drift {

struct Repaired {
    sql::TableName table;
    std::string replica;
    std::uint64_t rows = 0;                      // written or deleted
    unsigned pauses = 0;                         // of the SQL thread; 0 if it did not run
    std::chrono::milliseconds longest_pause{0};  // until it ran again
    std::vector<std::string> problems;           // why rows were left
};

/// Mends what `report` names, table by table, and looks at these rows again: what still differs is
/// left in `report`. Rows whose key the primary writes at that moment are tried again for a while.
/// Nothing is written to the replicas' binlogs. A table whose difference is not one of named rows
/// is left alone. Throws Refusal, Stopped, replica::Problem or mysql::Error; whatever ends it, the
/// SQL thread runs again if it ran.
[[nodiscard]] std::vector<Repaired> repair(const Options& options, Report& report,
                                           const std::stop_token& stop);

}  // namespace wisp::drift
