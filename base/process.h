// SPDX-License-Identifier: Apache-2.0
// Process: runs a program to its end, or kills it at a time limit. For hooks.
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/expected.h"

namespace wisp {

using Environment = std::vector<std::pair<std::string, std::string>>;

struct ProcessEnd {
    int exit_code = 0;     // 128 + N if signal N ended it
    bool late = false;     // killed at the time limit
    bool stopped = false;  // killed because the caller was asked to stop
    std::string output;    // stdout and stderr, the first 64 KiB
};

/// What this process would hand on to a child, with `more` added or put in place of what has the
/// same name, and without the names in `secret`.
[[nodiscard]] Environment child_environment(const Environment& more,
                                            const std::vector<std::string>& secret);

/// Runs `path` without arguments and without input, in a process group of its own, and waits until
/// it has ended. At `limit` (0: none), or when asked to stop, the group gets SIGTERM and two
/// seconds later SIGKILL. What it left behind in the background is not waited for. Fails with a
/// sentence if the program cannot be started. Any thread.
[[nodiscard]] Expected<ProcessEnd> run_process(const std::string& path,
                                               const Environment& environment,
                                               std::chrono::milliseconds limit,
                                               const std::stop_token& stop = {});

}  // namespace wisp
