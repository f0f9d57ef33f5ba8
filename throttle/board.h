// SPDX-License-Identifier: Apache-2.0
// Board: the last reading of each source, folded into one verdict. No thread, no clock, no I/O:
// times come in with each call, log lines go out as values. Used by the throttler under its lock.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "throttle/source.h"
#include "throttle/verdict.h"

namespace wisp::throttle {

/// A hold that began, ended, changed its effect, or has a reason again; to be logged once.
struct Change {
    std::string source;
    Effect before = Effect::kGo;
    Effect after = Effect::kGo;
    std::string reason;                          // of the hold that begins or has ended
    std::chrono::steady_clock::duration held{};  // how long, when it ends
};

/// A source as it is now, for metrics.
struct SourceState {
    std::string name;
    bool holds = false;
    std::chrono::duration<double> held{};  // the copy, so far
    std::optional<Measure> measure;
};

class Board {
  public:
    using Seconds = std::chrono::duration<double>;

    /// Returns the source's number; those are given out from 0 and never again. Each holds the copy
    /// until its first reading: unknown is not good. One with a silence limit holds it when its
    /// last reading gets older.
    std::size_t add(std::string name, std::optional<std::chrono::milliseconds> silence_limit,
                    SteadyTime now);
    /// A source that is no longer wanted; its hold ends.
    [[nodiscard]] std::vector<Change> remove(std::size_t source, SteadyTime now);

    [[nodiscard]] std::vector<Change> record(std::size_t source, Reading reading, SteadyTime now);
    /// Turns sources that have been silent too long into holds.
    [[nodiscard]] std::vector<Change> check_silence(SteadyTime now);

    [[nodiscard]] Verdict verdict() const;
    /// By name; those that were removed, too. Several may hold at the same time.
    [[nodiscard]] std::vector<SourceState> states(SteadyTime now) const;

  private:
    struct Entry {
        std::string name;
        std::optional<std::chrono::milliseconds> silence_limit;
        Reading reading;
        SteadyTime read_at{};
        SteadyTime since{};
        bool heard = false;   // there was a reading
        bool silent = false;  // `reading` is ours, not the source's
    };
    std::vector<Change> set(Entry& entry, Reading reading, SteadyTime now);

    std::size_t next_ = 0;
    std::map<std::size_t, Entry> entries_;
    std::map<std::string, Seconds> held_;  // of holds that have ended
};

}  // namespace wisp::throttle
