// SPDX-License-Identifier: Apache-2.0
// Report: a preview as text for the person who decides whether to add --execute.
#pragma once

#include <string>

#include "migrator/estimate/estimate.h"
#include "migrator/options.h"
#include "migrator/plan.h"
#include "migrator/route.h"

namespace wisp::migrator {

/// Lines that begin with "#", then the ghost's definition.
[[nodiscard]] std::string report(const Estimate& estimate, const Plan& plan,
                                 const MigrationOptions& options, const Route& route);

/// "1.5 GiB"
[[nodiscard]] std::string bytes_text(double bytes);
/// "12 s", "3 min", "2 h 5 min": no more digits than an estimate has.
[[nodiscard]] std::string duration_text(double seconds);

}  // namespace wisp::migrator
