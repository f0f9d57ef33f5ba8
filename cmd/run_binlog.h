// SPDX-License-Identifier: Apache-2.0
// `wisp binlog`: from words to exit code.
#pragma once

#include <string>
#include <vector>

namespace wisp::cmd {

/// 0 done, 1 failed, interrupted or (locate) nothing found, 2 wrong flags.
[[nodiscard]] int run_binlog(const std::vector<std::string>& words);

}  // namespace wisp::cmd
