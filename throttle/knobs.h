// SPDX-License-Identifier: Apache-2.0
// Knobs: everything that throttles a run, defaults and units beside each field. Filled from the
// flags; every one may be changed while the run goes on, by whoever shares them (knob_table.h).
// Sources look at them with each poll.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "throttle/address.h"
#include "throttle/load_limits.h"

namespace wisp::throttle {

struct Knobs {
    bool hold = false;      // the operator's "throttle" command
    double nice_ratio = 0;  // seconds of rest after each second of copying, 0..100

    std::chrono::milliseconds max_lag{1500};  // 100 at least
    std::vector<Address> control_replicas;
    bool find_replicas = false;  // watch every replica that can be found, too

    LoadLimits max_load;                                  // empty = none
    LoadLimits critical_load;                             // empty = none
    std::chrono::milliseconds critical_load_interval{0};  // > 0: it must last so long
    std::chrono::seconds critical_load_hibernate{0};      // > 0: hold that long, do not abort

    std::chrono::milliseconds max_commit_latency{0};  // 0 = any
    std::uint64_t min_free_disk = 0;                  // bytes; 0 = any

    std::string query;  // empty = none
    std::string http;   // URL; empty = none
    std::chrono::milliseconds http_interval{100};
    std::chrono::milliseconds http_timeout{1000};
    bool ignore_http_errors = false;

    std::string flag_file;  // empty = none, as with the other two
    std::string additional_flag_file;
    std::string panic_flag_file;
};
using SharedKnobs = std::shared_ptr<Guarded<Knobs>>;

}  // namespace wisp::throttle
