// SPDX-License-Identifier: Apache-2.0
#include "throttle/commit_latency.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "throttle/pace.h"

namespace wisp::throttle {

using Milliseconds = std::chrono::duration<double, std::milli>;

void LatencyMeter::begin(SteadyTime now) {
    state_.write([&](State& state) {
        if (!state.began) state.began = now;
    });
}

void LatencyMeter::end(SteadyTime now) {
    constexpr double kNewest = 1.0 / 3;
    state_.write([&](State& state) {
        if (!state.began) return;
        const Milliseconds took = now - *state.began;
        state.mean = state.mean ? *state.mean + (took - *state.mean) * kNewest : took;
        state.began.reset();
    });
}

std::optional<Milliseconds> LatencyMeter::latency(SteadyTime now) const {
    return state_.read([&](const State& state) {
        auto latency = state.mean;
        if (latency && state.began) latency = std::max(*latency, Milliseconds(now - *state.began));
        return latency;
    });
}

std::chrono::milliseconds CommitLatency::period() const {
    return std::chrono::milliseconds{100};
}

Reading CommitLatency::poll(std::stop_token) {
    const auto limit = knobs_->read([](const Knobs& knobs) { return knobs.max_commit_latency; });
    if (limit.count() == 0) return {};
    const auto latency = meter_->latency(std::chrono::steady_clock::now());
    if (!latency) throw std::runtime_error("no heartbeat has been written yet");
    return judge_number(
        {latency->count(), static_cast<double>(limit.count())}, *latency > limit,
        fmt::format("commits take {:.1f} ms, limit {} ms", latency->count(), limit.count()));
}

}  // namespace wisp::throttle
