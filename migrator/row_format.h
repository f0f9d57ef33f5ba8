// SPDX-License-Identifier: Apache-2.0
// --switch-to-rbr: a replica whose binlog is followed is made to log rows. Main thread.
#pragma once

namespace wisp::mysql {
class Connection;
}

namespace wisp::migrator {

/// Sets binlog_format=ROW on a replica that has another one, for good, and restarts its SQL thread.
/// Without `execute` only looked at. Throws Refusal on a server that replicates from nobody or has
/// replicas of its own; replica::Problem, mysql::Error.
void switch_to_row_format(mysql::Connection& server, bool execute);

}  // namespace wisp::migrator
