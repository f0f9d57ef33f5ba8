// SPDX-License-Identifier: Apache-2.0
// Flags of `wisp migrate`: gh-ost's names and meanings, mapped to options. The only place that
// knows flag names.
#pragma once

#include <string>
#include <vector>

#include "base/expected.h"
#include "migrator/options.h"

namespace wisp::cmd {

enum class LogLevel : unsigned char { kError, kInfo, kDebug };

struct MigrateFlags {
    migrator::MigrationOptions options;
    LogLevel log_level = LogLevel::kError;
    bool help = false;
};

/// Parses what follows `wisp migrate`. Fails with a sentence for an unknown flag, a bad value, a
/// leftover word, or a combination that makes no sense.
[[nodiscard]] Expected<MigrateFlags> parse_migrate_flags(const std::vector<std::string>& words);

/// The text of `wisp migrate --help`.
[[nodiscard]] std::string migrate_help();

}  // namespace wisp::cmd
