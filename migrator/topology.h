// SPDX-License-Identifier: Apache-2.0
// Topology: from the server the operator named to the route: itself if it is a primary, else its
// primary for reading and writing, and the named replica for the binlog.
#pragma once

#include "migrator/options.h"
#include "migrator/route.h"

namespace wisp::migrator {

/// Connects to the named server and, if it is a replica, upwards to its primary. Throws Refusal for
/// a primary without --allow-on-master, a circular topology, or several sources.
[[nodiscard]] Route find_route(const MigrationOptions& options);

}  // namespace wisp::migrator
