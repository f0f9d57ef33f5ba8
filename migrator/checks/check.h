// SPDX-License-Identifier: Apache-2.0
// Checks: everything that is looked at before anything is touched. Each check reports its issues;
// all of them are shown at once, each with what to do.
#pragma once

#include <string>
#include <string_view>
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
/// Appends them.
void add(Issues& issues, const Issues& more);

[[nodiscard]] Issues check_binlog(const CheckContext& context);
[[nodiscard]] Issues check_replica(const CheckContext& context);
[[nodiscard]] Issues check_table(const CheckContext& context);
[[nodiscard]] Issues check_foreign_keys(const CheckContext& context);
[[nodiscard]] Issues check_triggers(const CheckContext& context);
[[nodiscard]] Issues check_alter(const CheckContext& context);
[[nodiscard]] Issues check_rights(const CheckContext& context);

/// Its binlog has what it replicates. `instead`: what else can be done.
[[nodiscard]] Issues check_logs_updates(mysql::Connection& replica, const char* instead);
/// Its binlog shows what it replicates of the schema, in the primary's order. `instead`: what else
/// can be done.
[[nodiscard]] Issues check_hands_on(mysql::Connection& replica, const std::string& schema,
                                    const char* instead);

/// Looked at once the key is chosen: row images must tell it.
[[nodiscard]] Issues check_key_is_logged(const CheckContext& context);

/// What run_checks() looks at, by name.
[[nodiscard]] std::vector<std::string_view> check_names();

/// Runs all of them but the last. Throws Refusal with every issue, numbered if there are several.
void run_checks(const CheckContext& context);

}  // namespace wisp::migrator
