// SPDX-License-Identifier: Apache-2.0
// Controls: what an operator reads and changes while a run goes on. There from the run's first
// second to its last, whatever of the run exists; any thread may call any member.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "base/guarded.h"
#include "migrator/dials.h"
#include "migrator/options.h"
#include "migrator/progress.h"
#include "migrator/run_facts.h"
#include "throttle/knobs.h"

namespace wisp::migrator {

/// Why the swap waits, and whether the operator has put an end to that.
struct Postponement {
    std::string file;      // the swap waits while it exists; empty: it does not wait
    bool lifted = false;   // by command; until another file is named
    bool waiting = false;  // at this moment
};

class Controls {
  public:
    explicit Controls(const MigrationOptions& options);

    Dials dials;
    const throttle::SharedKnobs knobs;
    Guarded<Postponement> postponement;
    Guarded<RunFacts> facts;

    /// Where snapshot() comes from from now on; nullptr: nowhere any more, and when this has
    /// returned the former one is called by nobody.
    void watch(std::function<ProgressSnapshot()> source);
    /// The run's progress; before it copies, only the time since it began.
    [[nodiscard]] ProgressSnapshot snapshot() const;

    /// Ends the run. The first reason counts.
    void end(const std::string& reason);
    [[nodiscard]] std::stop_token ending() const { return ending_.get_token(); }
    /// Throws Stopped with the reason once end() was called.
    void throw_if_ended() const;

  private:
    std::stop_source ending_;
    Guarded<std::string> reason_;
    Guarded<std::function<ProgressSnapshot()>> source_;
    Guarded<std::optional<ProgressSnapshot>> last_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace wisp::migrator
