// SPDX-License-Identifier: Apache-2.0
// What throttles a run: defaults and units beside each field. Filled by cmd/ from the flags; the
// part that can change while running is Knobs, shared under a lock with interactive commands.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "mysql/endpoint.h"
#include "sql/table_def.h"
#include "throttle/load_limits.h"
#include "throttle/source.h"

namespace wisp::throttle {

struct Knobs {
    std::chrono::milliseconds max_lag{1500};  // 100 at least
    LoadLimits max_load;                      // empty = none
    LoadLimits critical_load;                 // empty = none
    bool hold = false;                        // the operator's "throttle" command
};
using SharedKnobs = std::shared_ptr<Guarded<Knobs>>;

struct Options {
    std::vector<mysql::Endpoint> control_replicas;
    std::chrono::milliseconds critical_load_interval{0};  // > 0: measure again before aborting
    std::chrono::seconds critical_load_hibernate{0};      // > 0: hold that long, do not abort
    std::string flag_file;                                // throttle-flag-file; empty = none
    std::string additional_flag_file;  // throttle-additional-flag-file; empty = none
    std::string panic_flag_file;       // empty = none
};

/// Whom the usual sources look at.
struct Subjects {
    mysql::Endpoint writer;     // load
    mysql::Endpoint inspected;  // lag, where the binlog is read
    sql::TableName changelog;   // holds the heartbeat row
};

/// The usual set: panic file, flag files, command, load, lag of the inspected server and of each
/// control replica.
[[nodiscard]] std::vector<std::unique_ptr<Source>> make_sources(const Options& options,
                                                                const Subjects& subjects,
                                                                const SharedKnobs& knobs);

}  // namespace wisp::throttle
