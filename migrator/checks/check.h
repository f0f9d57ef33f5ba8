// SPDX-License-Identifier: Apache-2.0
// Checks: everything that is looked at before anything is touched. Each check reports its issues;
// all of them are shown at once, each with what to do.
#pragma once

#include <string>
#include <vector>

#include "migrator/options.h"
#include "migrator/plan.h"
#include "migrator/route.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::migrator {

/// What the checks look at; outlives them.
struct CheckContext {
    const MigrationOptions& options;
    const Route& route;
    const Plan& plan;             // names, alter, source; the ghost does not exist yet
    mysql::Connection& writer;    // server that is written
    mysql::Connection& streamer;  // server whose binlog is read (may be the same)
};

/// Sentences; empty = nothing found.
using Issues = std::vector<std::string>;

[[nodiscard]] Issues check_binlog(const CheckContext& context);
[[nodiscard]] Issues check_replica(const CheckContext& context);
[[nodiscard]] Issues check_table(const CheckContext& context);
[[nodiscard]] Issues check_foreign_keys(const CheckContext& context);
[[nodiscard]] Issues check_triggers(const CheckContext& context);
[[nodiscard]] Issues check_alter(const CheckContext& context);
[[nodiscard]] Issues check_rights(const CheckContext& context);

/// Runs all of them. Throws Refusal with every issue, numbered if there are several.
void run_checks(const CheckContext& context);

}  // namespace wisp::migrator
