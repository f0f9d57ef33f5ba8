// SPDX-License-Identifier: Apache-2.0
// Eta: when a run will be ready to swap. What is left to copy and to compare, at the rates of the
// last quarter of a minute and of the whole run, and the age of what the replay has yet to write;
// shown so that it counts down and drifts, and does not jump. No clock, no I/O.
#pragma once

#include <cstdint>

#include "migrator/progress.h"

namespace wisp::migrator {

class Eta {
  public:
    /// Call with snapshots as time goes on, however often. Seconds; negative: unknown.
    double update(const ProgressSnapshot& s);

  private:
    /// Rows a second, of a counter that grows.
    struct Rate {
        double value = -1;  // negative: unknown
        double at = -1;     // when the counter was last looked at, in seconds of the run
        std::uint64_t count = 0;

        void look(std::uint64_t counter, double now);
    };
    [[nodiscard]] double left(const ProgressSnapshot& s) const;

    Rate copy_;
    Rate compare_;
    double shown_ = -1;
    double shown_at_ = 0;
};

}  // namespace wisp::migrator
