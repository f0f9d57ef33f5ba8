// SPDX-License-Identifier: Apache-2.0
// Load: status variables of the server that is written, against max-load (holds the copy) and
// critical-load (ends the run, or holds it for a while).
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "throttle/knobs.h"
#include "throttle/link.h"
#include "throttle/source.h"

namespace wisp::throttle {

struct StatusValue {
    std::string variable;
    std::string text;  // as the server shows it
};

/// How near the status is to the limits.
struct Nearness {
    Measure measure;   // of the limit that is nearest, or most exceeded
    bool met = false;  // value >= limit
    std::string text;  // "Threads_running=31, limit 25"; empty if there are no limits
};
/// Throws std::runtime_error if a variable is missing or is no number: unknown load is not low.
[[nodiscard]] Nearness nearest(const LoadLimits& limits, const std::vector<StatusValue>& status);

/// The critical-load rule over time: abort at once, or only if still met after the interval, or
/// hold for the hibernation time. No clock of its own.
class CriticalLoad {
  public:
    struct Terms {
        std::chrono::milliseconds interval{0};
        std::chrono::seconds hibernate{0};
    };
    /// `met`: the limit that is met, in words; empty if none is.
    [[nodiscard]] Reading judge(const std::string& met, const Terms& terms, SteadyTime now);

  private:
    std::optional<SteadyTime> first_met_;
    std::optional<SteadyTime> hibernating_until_;
    std::string met_;
};

/// In the status, the log and the metrics.
inline constexpr const char* kLoadSource = "load";

class LoadSource : public Source {
  public:
    LoadSource(mysql::Endpoint endpoint, SharedKnobs knobs);

    [[nodiscard]] std::string name() const override { return kLoadSource; }
    [[nodiscard]] std::chrono::milliseconds period() const override;
    [[nodiscard]] bool remote() const override { return true; }
    Reading poll(std::stop_token stop) override;

  private:
    [[nodiscard]] std::vector<StatusValue> read_status(const std::stop_token& stop,
                                                       const Knobs& knobs);

    Link link_;
    CriticalLoad critical_;
    SharedKnobs knobs_;
};

}  // namespace wisp::throttle
