// SPDX-License-Identifier: Apache-2.0
// Rows mended in place, in words: what `wisp verify --repair` and `wisp rebuild --repair` share.
#pragma once

#include <stop_token>

#include "drift/options.h"
#include "drift/report.h"

namespace wisp::cmd {

/// What was wrong first, then what was done; `report` is afterwards what is left. Said on stdout
/// if `text`.
void repair_rows(const drift::Options& options, drift::Report& report, bool text,
                 const std::stop_token& stop);

[[nodiscard]] int exit_code(drift::Finding finding);

}  // namespace wisp::cmd
