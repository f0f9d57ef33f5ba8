// SPDX-License-Identifier: Apache-2.0
// Board: the last reading of each source, folded into one verdict. No thread, no clock, no I/O:
// times come in with each call, log lines go out as values. Used by the throttler under its lock.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "throttle/source.h"
#include "throttle/verdict.h"

namespace wisp::throttle {

/// A hold that began, ended or changed its effect; to be logged once.
struct Change {
    std::string source;
    Effect before = Effect::kGo;
    Effect after = Effect::kGo;
    std::string reason;                          // of the hold that begins or has ended
    std::chrono::steady_clock::duration held{};  // how long, when it ends
};

class Board {
  public:
    /// Sources are numbered in the order they are added. Each holds the copy until its first
    /// reading: unknown is not good. One with a silence limit holds it when its last reading gets
    /// older.
    void add(std::string name, std::optional<std::chrono::milliseconds> silence_limit,
             SteadyTime now);

    [[nodiscard]] std::vector<Change> record(std::size_t source, Reading reading, SteadyTime now);
    /// Turns sources that have been silent too long into holds.
    [[nodiscard]] std::vector<Change> check_silence(SteadyTime now);

    [[nodiscard]] Verdict verdict() const;

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
    static std::vector<Change> set(Entry& entry, Reading reading, SteadyTime now);

    std::vector<Entry> entries_;
};

}  // namespace wisp::throttle
