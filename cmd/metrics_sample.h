// SPDX-License-Identifier: Apache-2.0
// A run's progress as a sample for metrics.
#pragma once

#include "metrics/sample.h"
#include "migrator/progress.h"

namespace wisp::cmd {

[[nodiscard]] metrics::Sample metrics_sample(const migrator::ProgressSnapshot& s);

}  // namespace wisp::cmd
