// SPDX-License-Identifier: Apache-2.0
// Crew: how many workers (copiers, verifiers) may be at work just now, and what they get done. All
// of them live as threads from the start; one without a place waits, and has no connection until it
// first gets one. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include "base/guarded.h"

namespace wisp::migrator {

/// What was done by ranges that began and ended under one size of the crew.
struct Work {
    std::uint64_t rows = 0;
    unsigned ranges = 0;
    std::chrono::duration<double> busy{};  // of all workers together
    /// Of the whole crew. Not by the clock: a range that spans two looks would make both wrong.
    [[nodiscard]] double rows_per_second(unsigned workers) const;
};

class Crew {
  public:
    explicit Crew(unsigned size) { resize(size); }

    /// Waits until the worker has a place, before it takes a range. False: stopped, or no range is
    /// left for anybody.
    [[nodiscard]] bool await_place(unsigned worker, std::stop_token stop) const;
    /// No range is left: who waits for a place goes home.
    void dismiss();
    /// After a range, done in one go since `began`.
    void finish(std::chrono::steady_clock::time_point began, std::uint64_t rows);

    /// Another number of places; what was measured so far is forgotten.
    void resize(unsigned size);
    [[nodiscard]] unsigned size() const;
    /// Since the last resize().
    [[nodiscard]] Work work() const;

  private:
    struct State {
        unsigned size = 1;
        bool dismissed = false;
        std::chrono::steady_clock::time_point since;
        Work work;
    };
    Guarded<State> state_;
};

}  // namespace wisp::migrator
