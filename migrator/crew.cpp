// SPDX-License-Identifier: Apache-2.0
#include "migrator/crew.h"

#include <algorithm>

namespace wisp::migrator {

double Work::rows_per_second(unsigned workers) const {
    return static_cast<double>(rows) * workers / std::max(busy.count(), 1e-6);
}

bool Crew::await_place(unsigned worker, std::stop_token stop) const {
    bool placed = false;
    state_.wait(std::move(stop), [&](const State& state) {
        placed = !state.dismissed && worker < state.size;
        return placed || state.dismissed;
    });
    return placed;
}

void Crew::dismiss() {
    state_.write([](State& state) { state.dismissed = true; });
}

void Crew::finish(std::chrono::steady_clock::time_point began, std::uint64_t rows) {
    const auto took = std::chrono::steady_clock::now() - began;
    state_.write([&](State& state) {
        if (began < state.since) return;  // partly done beside more or fewer workers than now
        state.work.rows += rows;
        state.work.busy += took;
        ++state.work.ranges;
    });
}

void Crew::resize(unsigned size) {
    state_.write([&](State& state) {
        state.size = size;
        state.since = std::chrono::steady_clock::now();
        state.work = {};
    });
}

unsigned Crew::size() const {
    return state_.read([](const State& state) { return state.size; });
}

Work Crew::work() const {
    return state_.read([](const State& state) { return state.work; });
}

}  // namespace wisp::migrator
