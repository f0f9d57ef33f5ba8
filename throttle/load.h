// SPDX-License-Identifier: Apache-2.0
// Load: status variables of the server that is written, against max-load (holds the copy) and
// critical-load (ends the run, or holds it for a while).
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "throttle/link.h"
#include "throttle/options.h"
#include "throttle/source.h"

namespace wisp::throttle {

struct StatusValue {
    std::string variable;
    std::string text;  // as the server shows it
};

/// "Threads_running=31, limit 25" for the first limit that is met (>=); empty if none is. Throws
/// std::runtime_error if a variable is missing or is no number: unknown load is not low load.
[[nodiscard]] std::string exceeded(const LoadLimits& limits,
                                   const std::vector<StatusValue>& status);

/// The critical-load rule over time: abort at once, or only if still met after the interval, or
/// hold for the hibernation time. No clock of its own.
class CriticalLoad {
  public:
    CriticalLoad(std::chrono::milliseconds interval, std::chrono::seconds hibernate)
        : interval_(interval), hibernate_(hibernate) {}
    /// `met` is what exceeded() said about critical-load.
    [[nodiscard]] Reading judge(const std::string& met, SteadyTime now);

  private:
    std::chrono::milliseconds interval_;
    std::chrono::seconds hibernate_;
    std::optional<SteadyTime> first_met_;
    std::optional<SteadyTime> hibernating_until_;
    std::string met_;
};

class LoadSource : public Source {
  public:
    LoadSource(mysql::Endpoint endpoint, const Options& options, SharedKnobs knobs);

    [[nodiscard]] std::string name() const override { return "load"; }
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
