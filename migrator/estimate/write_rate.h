// SPDX-License-Identifier: Apache-2.0
// Write rate: how much the table was written in the last minutes, by the binlog that the migration
// would follow. Rows are counted, not decoded. Runs on the caller's thread.
#pragma once

#include <stop_token>

#include "binlog/log_tail.h"
#include "migrator/estimate/estimate.h"
#include "mysql/endpoint.h"
#include "sql/table_def.h"

namespace wisp::migrator {

/// A log that cannot be read is told in `unknown`: an estimate is no reason to fail.
[[nodiscard]] WriteRate measure_writes(const mysql::Endpoint& stream, const sql::Table& source,
                                       const binlog::TailLimits& limits,
                                       const std::stop_token& stop);

}  // namespace wisp::migrator
