// SPDX-License-Identifier: Apache-2.0
// Verify run: `wisp verify` without flags and terminals: which tables, the workers, the throttler.
#pragma once

#include <functional>
#include <stop_token>

#include "drift/options.h"
#include "drift/report.h"

namespace wisp::drift {

/// Compares on the caller's thread and `workers` more. `found` is called on the caller's thread
/// with each table's findings as they come. Throws Refusal, Stopped or mysql::Error; nothing was
/// written to any server then, as nothing ever is.
[[nodiscard]] Report verify(const Options& options, const std::stop_token& stop,
                            const std::function<void(const TableFinding&)>& found = {});

}  // namespace wisp::drift
