// SPDX-License-Identifier: Apache-2.0
// `wisp ctl`: says commands to a running migration.
#pragma once

#include <string>
#include <vector>

namespace wisp::cmd {

/// Exit codes: 0 every command was done, 1 one was refused or the run does not answer, 2 wrong
/// words.
[[nodiscard]] int run_ctl(const std::vector<std::string>& words);

}  // namespace wisp::cmd
