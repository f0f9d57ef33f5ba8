// SPDX-License-Identifier: Apache-2.0
// Forecast: arithmetic from figures to durations and volumes. No I/O.
#pragma once

#include "migrator/estimate/estimate.h"
#include "migrator/options.h"

namespace wisp::migrator {

struct ForecastInput {
    Verify verify = Verify::kFull;
    std::size_t source_indexes = 0;  // secondary ones
    std::size_t ghost_indexes = 0;
    std::size_t deferred_indexes = 0;  // of those of the ghost
};

/// From estimate.size, .sample and .writes.
[[nodiscard]] Forecast forecast(const Estimate& estimate, const ForecastInput& input);

}  // namespace wisp::migrator
