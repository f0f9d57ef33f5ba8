// SPDX-License-Identifier: Apache-2.0
// Flags of `wisp rebuild`.
#pragma once

#include <string>
#include <vector>

#include "base/expected.h"
#include "cmd/flags.h"
#include "migrator/rebuild/options.h"

namespace wisp::cmd {

struct RebuildFlags {
    migrator::RebuildOptions options;
    bool repair = false;            // rows in place, no new table
    control::ListenOptions listen;  // socket_file empty: named after the table
    control::Settings commands;
    std::string metrics_listen;  // as metrics::Endpoint takes it; empty = none
    LogLevel log_level = LogLevel::kInfo;
    bool help = false;
};

/// Parses what follows `wisp rebuild`. Fails with a sentence.
[[nodiscard]] Expected<RebuildFlags> parse_rebuild_flags(const std::vector<std::string>& words);

/// The text of `wisp rebuild --help`.
[[nodiscard]] std::string rebuild_help();

}  // namespace wisp::cmd
