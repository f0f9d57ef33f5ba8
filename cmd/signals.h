// SPDX-License-Identifier: Apache-2.0
// Signals: SIGINT and SIGTERM become a stop request; a second one ends the process at once.
#pragma once

#include <stop_token>

#include "base/thread.h"

namespace wisp::cmd {

/// Blocks the signals for the process (make it before any other thread) and waits for them on a
/// thread of its own.
class Signals {
  public:
    Signals();
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

  private:
    std::stop_source source_;
    Thread thread_;
};

}  // namespace wisp::cmd
