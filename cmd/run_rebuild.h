// SPDX-License-Identifier: Apache-2.0
// `wisp rebuild`, from flags to exit code. Reads top to bottom like the stage picture.
#pragma once

#include <string>
#include <vector>

namespace wisp::cmd {

/// Exit codes: 0 done (or looked at, with nothing in the way), 1 failed, stopped or something in
/// the way, 2 wrong flags.
[[nodiscard]] int run_rebuild(const std::vector<std::string>& words);

}  // namespace wisp::cmd
