// SPDX-License-Identifier: Apache-2.0
// `wisp migrate`, from flags to exit code. Reads top to bottom like the stage picture.
#pragma once

#include <string>
#include <vector>

namespace wisp::cmd {

/// Exit codes: 0 done (or preview shown), 1 failed or stopped, 2 wrong flags.
[[nodiscard]] int run_migrate(const std::vector<std::string>& words);

}  // namespace wisp::cmd
