// SPDX-License-Identifier: Apache-2.0
// `wisp verify` from flags to exit code.
#pragma once

#include <string>
#include <vector>

namespace wisp::cmd {

/// `words` follow the command's name. Returns the process's exit code.
[[nodiscard]] int run_verify(const std::vector<std::string>& words);

}  // namespace wisp::cmd
