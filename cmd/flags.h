// SPDX-License-Identifier: Apache-2.0
// Flags of `wisp migrate`: gh-ost's names and meanings, mapped to options.
#pragma once

#include <string>
#include <vector>

#include "base/expected.h"
#include "base/log.h"
#include "control/listener.h"
#include "migrator/options.h"

namespace wisp::cmd {

enum class LogLevel : unsigned char { kQuiet, kError, kInfo, kDebug };
/// What is logged at that level, and all that is graver. kError, the default, lets warnings
/// through.
[[nodiscard]] spdlog::level::level_enum threshold(LogLevel level);

struct MigrateFlags {
    migrator::MigrationOptions options;
    control::ListenOptions listen;  // socket_file empty: named after the table
    control::Settings commands;
    LogLevel log_level = LogLevel::kError;
    log::Format log_format = log::Format::kText;
    std::string again;           // the command that resumes this run
    std::string report_file;     // empty = none
    std::string metrics_listen;  // as metrics::Endpoint takes it; empty = none
    std::string help;            // how; empty: not asked for
    bool version = false;
    bool check_flag = false;
    std::vector<std::string> warnings;  // flags without effect, and why
};

/// Parses what follows `wisp migrate`. Fails with a sentence for an unknown flag, a bad value, a
/// leftover word, or a combination that makes no sense. Asks for a password if told so, and reads
/// the files that are named.
[[nodiscard]] Expected<MigrateFlags> parse_migrate_flags(const std::vector<std::string>& words);

/// The text of `wisp migrate --help=HOW`: "often", "all", "markdown", "words". Fails for another.
[[nodiscard]] Expected<std::string> migrate_help(const std::string& how);

}  // namespace wisp::cmd
