// SPDX-License-Identifier: Apache-2.0
#include "migrator/commit_times.h"

namespace wisp::migrator {
namespace {

constexpr std::chrono::seconds kWindow{1};
constexpr std::size_t kFewest = 4;

}  // namespace

void CommitTimes::note(Clock::duration took) {
    const auto now = Clock::now();
    samples_.write([&](std::deque<Sample>& samples) {
        samples.push_back({now, took});
        while (samples.front().at < now - kWindow) samples.pop_front();
    });
}

std::optional<double> CommitTimes::recent_ms() const {
    const auto from = Clock::now() - kWindow;
    return samples_.read([&](const std::deque<Sample>& samples) -> std::optional<double> {
        std::chrono::duration<double, std::milli> sum{};
        std::size_t count = 0;
        for (const Sample& sample : samples) {
            if (sample.at < from) continue;
            sum += sample.took;
            ++count;
        }
        if (count < kFewest) return std::nullopt;
        return sum.count() / static_cast<double>(count);
    });
}

}  // namespace wisp::migrator
