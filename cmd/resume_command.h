// SPDX-License-Identifier: Apache-2.0
// The command that resumes a run, for people to copy. Pure text.
#pragma once

#include <string>
#include <vector>

namespace wisp::cmd {

/// "wisp migrate …" with these words and --resume, quoted for a shell. Passwords are left out as
/// "…"; so is what a resumed run does not do.
[[nodiscard]] std::string resume_command(const std::vector<std::string>& words);

}  // namespace wisp::cmd
