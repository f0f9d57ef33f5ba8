// SPDX-License-Identifier: Apache-2.0
// Signals: SIGINT, SIGTERM and SIGHUP become a stop request; a second one ends the process at once.
#pragma once

#include <cstdint>
#include <stop_token>

#include "base/thread.h"

namespace wisp::cmd {

/// What SIGHUP does: a migration outlives its terminal, as with gh-ost, which reads its
/// configuration again then.
enum class Hangup : std::uint8_t { kStops, kPassedOver };

/// Blocks the signals for the process (make it before any other thread) and waits for them on a
/// thread of its own.
class Signals {
  public:
    explicit Signals(Hangup hangup = Hangup::kStops);
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

  private:
    std::stop_source source_;
    Thread thread_;
};

}  // namespace wisp::cmd
