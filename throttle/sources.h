// SPDX-License-Identifier: Apache-2.0
// The usual sources of a run, all of them: those whose knob is not set are content, and ask nobody.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mysql/endpoint.h"
#include "sql/table_def.h"
#include "throttle/commit_latency.h"
#include "throttle/knobs.h"
#include "throttle/replica_finder.h"
#include "throttle/source.h"
#include "throttle/throttler.h"

namespace wisp::throttle {

/// Whom the sources look at.
struct Subjects {
    mysql::Endpoint writer;  // load, query, disk; replicas are looked for below it
    /// Lag, where the binlog is read; control replicas share its account. Nullopt: no heartbeat is
    /// written, so nobody's lag shows.
    std::optional<mysql::Endpoint> inspected;
    sql::TableName changelog;  // holds the heartbeat row
    std::shared_ptr<const LatencyMeter> commits;
    std::vector<mysql::Endpoint> readers{};  // load as well: servers that are only read
    /// Replicas that are written, the writer among them: how far behind they are, by their own
    /// word, and the load of the others. Looked at until they are named in `left`.
    std::vector<mysql::Endpoint> followers{};
    std::shared_ptr<const Guarded<std::set<std::string>>> left{};  // host:port; null: none
};

/// Those that are there for the whole run. `found` is where the replica finder leaves what it
/// finds.
[[nodiscard]] std::vector<std::unique_ptr<Source>> make_sources(const Subjects& subjects,
                                                                const SharedKnobs& knobs,
                                                                const FoundReplicas& found);
/// Those that come and go with the list of replicas: the lag of each.
[[nodiscard]] ComingAndGoing replica_sources(const Subjects& subjects, const SharedKnobs& knobs,
                                             const FoundReplicas& found);

}  // namespace wisp::throttle
