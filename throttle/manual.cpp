// SPDX-License-Identifier: Apache-2.0
#include "throttle/manual.h"

namespace wisp::throttle {

std::chrono::milliseconds Manual::period() const {
    return std::chrono::milliseconds{100};
}

Reading Manual::poll(std::stop_token) {
    if (!knobs_->read([](const Knobs& knobs) { return knobs.hold; })) return {};
    return {Effect::kHoldAll, "commanded by user"};
}

}  // namespace wisp::throttle
