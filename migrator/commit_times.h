// SPDX-License-Identifier: Apache-2.0
// Commit times: how long the server takes for a small write of ours, as for an application's:
// heartbeats and fences. Written by their threads, read by whoever steers.
#pragma once

#include <chrono>
#include <deque>
#include <optional>

#include "base/guarded.h"

namespace wisp::migrator {

class CommitTimes {
  public:
    using Clock = std::chrono::steady_clock;

    void note(Clock::duration took);
    /// The mean of the last second: a stall of every writer counts by how long it is. Nullopt when
    /// there were too few to tell.
    [[nodiscard]] std::optional<double> recent_ms() const;

  private:
    struct Sample {
        Clock::time_point at;
        Clock::duration took;
    };
    Guarded<std::deque<Sample>> samples_;
};

}  // namespace wisp::migrator
