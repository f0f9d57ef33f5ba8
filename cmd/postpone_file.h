// SPDX-License-Identifier: Apache-2.0
// The postpone file: while it exists, the cut-over waits.
#pragma once

#include <string>

namespace wisp::cmd {

/// Made at the start if it is missing, so that it can be removed later; nothing for an empty path.
/// Throws migrator::Refusal.
void make_postpone_file(const std::string& path);

}  // namespace wisp::cmd
