// SPDX-License-Identifier: Apache-2.0
// Keyboard: a thread that reads the keys of the terminal at stdin, one at a time, while it lives.
#pragma once

#include <functional>
#include <stop_token>

#include "base/thread.h"

namespace wisp::cmd {

class Keyboard {
  public:
    using Press = std::function<void(char key, const std::stop_token&)>;

    /// True if there are keys to read.
    [[nodiscard]] static bool is_there();
    /// Calls `press` from its own thread.
    explicit Keyboard(Press press);

  private:
    void read(const std::stop_token& stop);

    Press press_;
    Thread thread_;
};

}  // namespace wisp::cmd
