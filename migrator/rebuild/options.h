// SPDX-License-Identifier: Apache-2.0
// RebuildOptions: what the operator chose for a rebuild. Filled by cmd/, const after.
#pragma once

#include <chrono>
#include <vector>

#include "migrator/options.h"
#include "mysql/endpoint.h"

namespace wisp::migrator {

struct RebuildOptions {
    /// Pace, throttling and names, as in a migration. `endpoint` is the primary: what the replica
    /// replicates from directly, or by way of another of these.
    MigrationOptions run;
    std::vector<mysql::Endpoint> replicas;  // one at least; all at once
    bool keep_replica_indexes = false;
    /// How long to watch the replica pass what comes after the cut; it may be a delayed one.
    std::chrono::seconds watch{30};
};

}  // namespace wisp::migrator
