// SPDX-License-Identifier: Apache-2.0
// Replay pace: does the replay keep up with the writes of applications? While the queue is full the
// streamer waits, so what arrives here is what was replayed; how much is written meanwhile shows in
// the time of the binlog: if in 10 s of ours 6 s of it were replayed, changes arrive 10/6 times as
// fast. Pure arithmetic; the applier's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace wisp::migrator {

class ReplayPace {
  public:
    using Clock = std::chrono::steady_clock;

    /// What the applier knows after a batch.
    struct Sample {
        Clock::time_point now;
        std::int64_t heartbeat = 0;  // microseconds: the time of the binlog, up to where it applied
        std::uint64_t changes = 0;   // replayed so far
        bool full = false;           // the queue had changes enough: the applier never waited
    };
    struct Rates {
        double arriving = 0;  // changes a second of the binlog's time
        double replayed = 0;  // changes a second of ours
    };

    void note(const Sample& sample);
    /// Forgets what was measured: the applier was held, and that is not to count.
    void start_over();
    /// Set while the replay falls behind: the last window's figures.
    [[nodiscard]] const std::optional<Rates>& behind() const { return behind_; }
    /// True if it falls behind and that is to be said (again) now; the pauses grow.
    [[nodiscard]] bool is_due(Clock::time_point now);

  private:
    std::optional<Sample> began_;
    std::optional<Rates> behind_;
    Clock::time_point next_said_;
    std::chrono::seconds pause_{30};
};

}  // namespace wisp::migrator
