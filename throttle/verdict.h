// SPDX-License-Identifier: Apache-2.0
// Verdict: may the writers write? Published by the throttler as a snapshot, read by copiers,
// applier, status and metrics. Plain data.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace wisp::throttle {

using SteadyTime = std::chrono::steady_clock::time_point;

/// What a source asks for, mildest first.
enum class Effect : std::uint8_t {
    kGo,
    kSlowCopy,  // row copy rests after each chunk: nice-ratio, a number near its limit
    kHoldCopy,  // row copy waits, apply goes on: lag, load
    kHoldAll,   // copy and apply wait: flag files, the operator's command
    kAbort,     // the run must end: critical load, panic file
};

/// Who asks.
enum class Writer : std::uint8_t { kCopy, kApply };

/// One source that is not content.
struct Hold {
    std::string source;  // "lag 10.0.0.3:3306", "max-load", "throttle-flag-file", …
    Effect effect = Effect::kHoldCopy;
    std::string reason;  // "lag 4.2 s, limit 1.5 s"
    SteadyTime since{};  // when this source began to hold (or to slow) without a break
    double rest = 0;     // as in Reading
};

struct Verdict {
    Effect effect = Effect::kGo;
    double rest = 0;          // seconds of rest after each second of copying: the most of all
    std::vector<Hold> holds;  // strongest first, then longest; empty for kGo

    [[nodiscard]] bool aborts() const { return effect == Effect::kAbort; }
    [[nodiscard]] bool holds_writer(Writer writer) const {
        return writer == Writer::kCopy ? effect >= Effect::kHoldCopy : effect >= Effect::kHoldAll;
    }
    /// The hold to show when there is room for one; null for kGo.
    [[nodiscard]] const Hold* leading() const { return holds.empty() ? nullptr : &holds.front(); }
};

/// "go", "slow_copy", "hold_copy", "hold_all", "abort": for logs and status.
[[nodiscard]] const char* to_string(Effect effect);
/// "lag 10.0.0.3:3306: lag 4.2 s, limit 1.5 s (for 12 s)".
[[nodiscard]] std::string describe(const Hold& hold, SteadyTime now);
/// All holds joined by "; "; "" for kGo.
[[nodiscard]] std::string describe(const Verdict& verdict, SteadyTime now);

}  // namespace wisp::throttle
