// SPDX-License-Identifier: Apache-2.0
// Preflight of a rebuild: everything that is looked at before anything is touched, as numbered
// steps for the operator, each with its finding; and what is in the way. Main thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "migrator/plan.h"
#include "migrator/rebuild/options.h"
#include "migrator/route.h"
#include "mysql/replica.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::migrator {

/// A replica of the run.
struct Fellow {
    mysql::Endpoint endpoint;
    std::string identity;  // binlog_identity()
    std::uint32_t server_id = 0;
};

struct PreflightContext {
    const RebuildOptions& options;
    const Route& route;
    mysql::Connection& primary;
    mysql::Connection& replica;          // a session with sql_log_bin=0
    const std::vector<Fellow>& fellows;  // all of the run, the replica itself too
    bool passed_over = false;            // by an earlier run, which left it to this one
    bool ghost_is_ours = false;          // if one is there: of an earlier run that was killed
};

struct Preflight {
    std::vector<std::string> steps;   // without their numbers
    std::vector<std::string> issues;  // sentences that say what to do; empty: the rebuild may begin
    Plan plan;                        // names and source; from then on the job's
    std::optional<sql::Table> replicas_own;  // the replica's table; nullopt: it is missing there
    std::vector<std::string> own_indexes;    // that only the replica has
    bool by_position = true;   // nothing is written on the primary (signs.h, PositionSigns)
    std::string errant;        // GTIDs that the replica had before we came
    std::string source;        // replica::source_of(): where the replica replicates from
    std::string above;         // label of the fellow that the replica replicates from; empty: from
                               // the primary itself
    bool by_gtids = false;     // and that by GTIDs which a cut can go by (MySQL)
    bool delayed = false;      // on purpose
    bool passed_over = false;  // by an earlier run, whose notes are there
    std::string version;       // of the replica
};

/// Throws mysql::Error or Refusal only where nothing more can be looked at.
[[nodiscard]] Preflight look_before(const PreflightContext& context);

}  // namespace wisp::migrator
