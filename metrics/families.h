// SPDX-License-Identifier: Apache-2.0
// A sample as Prometheus wants it.
#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "metrics/sample.h"

namespace wisp::metrics {

/// One family for each metric of names.h, in that order. Pure; any thread.
[[nodiscard]] std::vector<prometheus::MetricFamily> families(const Sample& sample);

}  // namespace wisp::metrics
