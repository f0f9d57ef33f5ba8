// SPDX-License-Identifier: Apache-2.0
#include "throttle/pace.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace wisp::throttle {

double pace_at(double ratio) {
    const double near = std::clamp((ratio - kFullPaceBelow) / (1 - kFullPaceBelow), 0.0, 1.0);
    return std::pow(kLeastPace, near);
}

Reading judge_number(const Measure& measure, bool over, std::string reason) {
    Reading reading;
    reading.measure = measure;
    if (over) {
        reading.effect = Effect::kHoldCopy;
        reading.reason = std::move(reason);
        return reading;
    }
    // A limit of 0 or less is passed or far away.
    const double pace = measure.limit > 0 ? pace_at(measure.value / measure.limit) : 1;
    if (pace >= 1) return reading;
    reading.effect = Effect::kSlowCopy;
    reading.reason = std::move(reason);
    reading.rest = 1 / pace - 1;
    return reading;
}

}  // namespace wisp::throttle
