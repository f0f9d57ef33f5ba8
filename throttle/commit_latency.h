// SPDX-License-Identifier: Apache-2.0
// Commit latency: how long the written server takes for a small commit, by the heartbeats we write
// anyway. LatencyMeter is fed by whoever writes them; CommitLatency judges.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/guarded.h"
#include "throttle/knobs.h"
#include "throttle/source.h"

namespace wisp::throttle {

/// Any thread. Times come in, so that tests have no clock.
class LatencyMeter {
  public:
    /// A write is sent; sent again after an error it is still the same one.
    void begin(SteadyTime now);
    /// It has committed.
    void end(SteadyTime now);
    /// A mean in which the newest write counts a third; a write that is not back yet counts with
    /// its age once that is more. Nullopt before the first write has come back.
    [[nodiscard]] std::optional<std::chrono::duration<double, std::milli>> latency(
        SteadyTime now) const;

  private:
    struct State {
        std::optional<SteadyTime> began;
        std::optional<std::chrono::duration<double, std::milli>> mean;
    };
    Guarded<State> state_;
};

class CommitLatency : public Source {
  public:
    CommitLatency(std::shared_ptr<const LatencyMeter> meter, SharedKnobs knobs)
        : meter_(std::move(meter)), knobs_(std::move(knobs)) {}

    [[nodiscard]] std::string name() const override { return "max-commit-latency"; }
    [[nodiscard]] std::chrono::milliseconds period() const override;
    [[nodiscard]] bool remote() const override { return false; }
    Reading poll(std::stop_token stop) override;

  private:
    std::shared_ptr<const LatencyMeter> meter_;
    SharedKnobs knobs_;
};

}  // namespace wisp::throttle
