// SPDX-License-Identifier: Apache-2.0
// Histogram: how often something took how long, in fixed buckets. Any thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/guarded.h"

namespace wisp {

struct HistogramSnapshot {
    std::vector<double> bounds;         // upper ones, ascending; what is above all counts below
    std::vector<std::uint64_t> counts;  // of each bucket alone; one more than bounds
    double sum = 0;
};

class Histogram {
  public:
    explicit Histogram(std::vector<double> bounds) : state_(empty(std::move(bounds))) {}

    void note(double value) {
        state_.write([&](HistogramSnapshot& state) {
            const auto bound = std::lower_bound(state.bounds.begin(), state.bounds.end(), value);
            ++state.counts[static_cast<std::size_t>(bound - state.bounds.begin())];
            state.sum += value;
        });
    }
    /// Seconds.
    void note(std::chrono::steady_clock::duration took) {
        note(std::chrono::duration<double>(took).count());
    }
    [[nodiscard]] HistogramSnapshot snapshot() const { return state_.copy(); }

  private:
    static HistogramSnapshot empty(std::vector<double> bounds) {
        HistogramSnapshot state;
        state.counts.resize(bounds.size() + 1);
        state.bounds = std::move(bounds);
        return state;
    }
    Guarded<HistogramSnapshot> state_;
};

}  // namespace wisp
