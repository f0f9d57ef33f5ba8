// SPDX-License-Identifier: Apache-2.0
#include "migrator/progress.h"

#include <algorithm>

namespace wisp::migrator {

const char* to_string(Stage stage) {
    switch (stage) {
        case Stage::kStarting:
            return "starting";
        case Stage::kCountingRows:
            return "counting rows";
        case Stage::kCopying:
            return "migrating";
        case Stage::kVerifying:
            return "verifying";
        case Stage::kBuildingIndexes:
            return "building indexes";
        case Stage::kRetrying:
            return "retrying ranges";
        case Stage::kCatchingUp:
            return "waiting for backlog";
        case Stage::kPostponed:
            return "postponing cut-over";
        case Stage::kHeld:
            return "waiting to cut over";
        case Stage::kCuttingOver:
            return "cutting over";
        case Stage::kCleaningUp:
            return "cleaning up";
        case Stage::kDone:
            return "done";
    }
    return "unknown";
}

StageClock& StageClock::operator=(Stage stage) {
    state_.write([&](State& state) {
        if (state.now == stage) return;
        const auto now = std::chrono::steady_clock::now();
        state.before[state.now] += now - state.since;
        state.now = stage;
        state.since = now;
    });
    return *this;
}

StageClock::operator Stage() const {
    return state_.read([](const State& state) { return state.now; });
}

std::vector<StageTime> StageClock::times() const {
    auto state = state_.copy();
    state.before[state.now] += std::chrono::steady_clock::now() - state.since;
    std::vector<StageTime> times;
    for (const auto& [stage, time] : state.before) times.push_back({stage, time.count()});
    return times;
}

double percent(const ProgressSnapshot& s) {
    if (s.stage > Stage::kCopying) return 100.0;
    if (s.rows_estimated == 0) return 0.0;
    // The estimate may be low; the last percent belongs to the end of the copy.
    return std::min(
        99.9, 100.0 * static_cast<double>(s.rows_copied) / static_cast<double>(s.rows_estimated));
}

}  // namespace wisp::migrator
