// SPDX-License-Identifier: Apache-2.0
// Copy ease: how gently the copy works while others use the server. A commit of ours holds up every
// commit behind it for as long as its part of the binary log is written, so chunks are short then,
// and committed in slices that are shorter still. Pure; any thread.
#pragma once

#include <chrono>

#include "migrator/copy_pilot.h"

namespace wisp::migrator {

struct Ease {
    std::chrono::milliseconds chunk_time;  // to aim at
    std::chrono::milliseconds slice_time;  // what is committed at a time; at most the chunk's

    bool operator==(const Ease&) const = default;
};

/// `aim`: the chunk time where nobody else is at work, the longest there is.
[[nodiscard]] Ease copy_ease(const Look& look, std::chrono::milliseconds aim);

}  // namespace wisp::migrator
