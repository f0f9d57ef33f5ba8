// SPDX-License-Identifier: Apache-2.0
// Resume: is what an earlier run left what this one would have made? First everything is looked at
// and refused with what, where and what now; only then names and sessions are put in order. Main
// thread, behind the run lock.
#pragma once

#include <string>
#include <string_view>

#include "migrator/checkpoint.h"
#include "migrator/plan.h"

namespace wisp::mysql {
class Connection;
class Connector;
}  // namespace wisp::mysql

namespace wisp::migrator {

/// Whose binlog it is: server_uuid, or the server_id of MariaDB.
[[nodiscard]] std::string binlog_identity(mysql::Connection& connection);

/// The checkpoint, after a look at all that can be judged before the plan is complete: the tables
/// that must be there, the ALTER, the source's definition, the ghost's. Touches nothing; throws
/// Refusal.
[[nodiscard]] Checkpoint find_checkpoint(mysql::Connection& writer, const Plan& plan,
                                         const std::string& alter);
/// What else can be done when a run cannot be resumed.
inline constexpr const char* kAfresh =
    "to start again from the beginning, leave --resume out and pass --initially-drop-ghost-table";
/// Throws Refusal unless this server's binlog can be read on from where the checkpoint is. `flag`
/// asks for that; `otherwise`: what else can be done.
void demand_binlog(mysql::Connection& streamer, const Checkpoint& checkpoint, std::string_view flag,
                   std::string_view otherwise);
/// The newest marker in the changelog that the earlier run left; 0: none. Those of the stretch that
/// is replayed are not above it.
[[nodiscard]] std::uint64_t newest_marker(mysql::Connection& writer, const TableNames& names);
/// Throws Refusal unless key and columns are those of the checkpoint.
void demand_same_plan(const Checkpoint& checkpoint, const Fingerprint& now);

/// The ghost has its own name again, nothing of an attempted cut-over is left, and no session of
/// the earlier run is at work on the ghost. Throws Refusal if one stays.
void take_over(mysql::Connection& writer, const TableNames& names,
               std::string_view flag = "--resume");

}  // namespace wisp::migrator
