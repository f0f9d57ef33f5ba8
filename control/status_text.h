// SPDX-License-Identifier: Apache-2.0
// Status text: a run's state in gh-ost's words, and as JSON.
#pragma once

#include <cstdint>
#include <string>

#include "migrator/controls.h"
#include "migrator/options.h"
#include "migrator/progress.h"

namespace wisp::control {

/// Where commands are taken, for the hint block.
struct Serving {
    std::string socket;
    std::string tcp;  // host:port; empty: not served there
};

/// "1h2m3s", "45s".
[[nodiscard]] std::string short_duration(double seconds);

/// gh-ost's line: "Copy: 10/100 10.0%; Applied: 3; Backlog: 0/33554432; Time: 5s(total), 4s(copy);
/// …"
[[nodiscard]] std::string status_line(const migrator::ProgressSnapshot& s, std::size_t queue_bytes);

/// "migrating", "throttled, load: …", "verifying, 12%": what the status line calls State.
[[nodiscard]] std::string state_in_words(const migrator::ProgressSnapshot& s);

/// gh-ost's "# …" lines: what is migrated where, and with which settings at this moment.
[[nodiscard]] std::string hint_block(const migrator::Controls& controls, const Serving& serving);

/// One line of JSON: docs/interactive.md names its fields.
[[nodiscard]] std::string status_json(const migrator::Controls& controls,
                                      const migrator::MigrationOptions& options);

}  // namespace wisp::control
