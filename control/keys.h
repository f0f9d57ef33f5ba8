// SPDX-License-Identifier: Apache-2.0
// Keys: what an operator presses while he looks at the live view. Each is a command of the console,
// asked of the hook and logged like one that came over the socket. None ends the run.
#pragma once

#include <string>

#include "control/console.h"

namespace wisp::control {

/// The keys and what they do, short enough for one line.
[[nodiscard]] std::string keys_line();
/// Does what the key stands for. Gives what the operator has to be told besides the status, which
/// the console echoes; empty: nothing, also for a key that means nothing.
[[nodiscard]] std::string press(Console& console, char key, const std::stop_token& stop);

}  // namespace wisp::control
