// SPDX-License-Identifier: Apache-2.0
#include "throttle/verdict.h"

#include <fmt/format.h>

namespace wisp::throttle {

const char* to_string(Effect effect) {
    switch (effect) {
        case Effect::kGo:
            return "go";
        case Effect::kSlowCopy:
            return "slow_copy";
        case Effect::kHoldCopy:
            return "hold_copy";
        case Effect::kHoldAll:
            return "hold_all";
        case Effect::kAbort:
            return "abort";
    }
    return "unknown";
}

std::string describe(const Hold& hold, SteadyTime now) {
    const std::chrono::duration<double> held = now - hold.since;
    return fmt::format("{}: {} (for {:.0f} s)", hold.source, hold.reason, held.count());
}

std::string describe(const Verdict& verdict, SteadyTime now) {
    std::string text;
    for (const Hold& hold : verdict.holds) {
        if (!text.empty()) text += "; ";
        text += describe(hold, now);
    }
    return text;
}

}  // namespace wisp::throttle
