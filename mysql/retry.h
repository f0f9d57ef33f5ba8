// SPDX-License-Identifier: Apache-2.0
// Retry: runs a piece of work again when the server says that this is right (Error::retryable()),
// with jittered, growing pauses that a stop ends at once. Connector uses the same pauses.
#pragma once

#include <chrono>
#include <random>
#include <stop_token>

#include "mysql/error.h"

namespace wisp::mysql {

/// Pauses that double from `first` to `longest`, each between half and the whole of that.
class Backoff {
  public:
    Backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest,
            unsigned seed = std::random_device{}());
    [[nodiscard]] std::chrono::milliseconds next();

  private:
    std::chrono::milliseconds pause_;
    std::chrono::milliseconds longest_;
    std::minstd_rand random_;
};

/// Waits; false if the stop came first.
bool pause(const std::stop_token& stop, std::chrono::milliseconds time);

struct RetryPolicy {
    unsigned attempts = 10;  // in all, at least 1
    std::chrono::milliseconds first_pause{20};
    std::chrono::milliseconds longest_pause{2000};
};

/// Returns what `work` returns. `work` must be a whole transaction or an autocommit statement. The
/// last Error goes to the caller: of the last attempt, not retryable, or the one a stop came after.
template <typename Work>
auto retry(const RetryPolicy& policy, const std::stop_token& stop, Work&& work) {
    Backoff backoff(policy.first_pause, policy.longest_pause);
    for (unsigned attempt = 1;; ++attempt) {
        try {
            return work();
        } catch (const Error& error) {
            if (!error.retryable() || attempt >= policy.attempts) throw;
            if (!pause(stop, backoff.next())) throw;
        }
    }
}

}  // namespace wisp::mysql
