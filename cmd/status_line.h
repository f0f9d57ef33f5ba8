// SPDX-License-Identifier: Apache-2.0
// Status line: a snapshot as one line, in gh-ost's words for logs and in a short form for
// terminals.
#pragma once

#include <string>

#include "migrator/progress.h"

namespace wisp::cmd {

/// "1h2m3s", "45s".
[[nodiscard]] std::string short_duration(double seconds);

/// Remaining seconds of the copy at the average rate; negative if unknown.
[[nodiscard]] double eta_seconds(const migrator::ProgressSnapshot& s);

/// gh-ost's line: "Copy: 10/100 10.0%; Applied: 3; Backlog: 0/33554432; Time: 5s(total), 4s(copy);
/// …"
[[nodiscard]] std::string status_line(const migrator::ProgressSnapshot& s, std::size_t queue_bytes);

/// For a terminal: " 42.1%  81 k rows/s  backlog 12  lag 0.1 s  migrating  ETA 7s".
/// `rate`: rows a second just now.
[[nodiscard]] std::string live_line(const migrator::ProgressSnapshot& s, double rate);

}  // namespace wisp::cmd
