// SPDX-License-Identifier: Apache-2.0
// Progress: what the run has done so far. Written by copiers, applier and engine, read as a
// snapshot by the status line; counters are atomics, nobody waits here.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "base/guarded.h"

namespace wisp::migrator {

/// The stages of a run, in order.
enum class Stage : std::uint8_t {
    kStarting,
    kCountingRows,
    kCopying,
    kRetrying,    // ranges with rows held back by another unique key
    kCatchingUp,  // waiting until the applier is close enough for the cut-over
    kPostponed,
    kCuttingOver,
    kCleaningUp,
    kDone,
};
[[nodiscard]] const char* to_string(Stage stage);

struct ProgressSnapshot {
    Stage stage = Stage::kStarting;
    std::uint64_t rows_estimated = 0;
    std::uint64_t rows_copied = 0;  // rows read by finished chunks
    std::uint64_t chunks = 0;
    std::uint64_t changes_applied = 0;  // row changes of the source table
    std::uint64_t changes_written = 0;  // rows and deletes they folded to
    std::uint64_t backlog_transactions = 0;
    std::uint64_t backlog_bytes = 0;
    double lag_seconds = 0;  // age of the newest heartbeat the applier has passed
    double elapsed_seconds = 0;
    double copy_seconds = 0;
    std::string stream_position;
    std::string throttle;  // why the copy is held; empty if it is not
    unsigned cut_over_attempts = 0;
    double locked_seconds = 0;  // the successful cut-over's lock
};

class Progress {
  public:
    std::atomic<Stage> stage{Stage::kStarting};
    std::atomic<std::uint64_t> rows_estimated{0};
    std::atomic<std::uint64_t> rows_copied{0};
    std::atomic<std::uint64_t> chunks{0};
    std::atomic<std::uint64_t> changes_applied{0};
    std::atomic<std::uint64_t> changes_written{0};
    std::atomic<std::int64_t> heartbeat{0};   // microseconds, last one the applier has passed
    std::atomic<std::int64_t> copy_began{0};  // microseconds since the epoch; 0 = not yet
    std::atomic<std::int64_t> copy_ended{0};
    std::atomic<unsigned> cut_over_attempts{0};
    std::atomic<std::int64_t> locked_microseconds{0};

    const std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
};

}  // namespace wisp::migrator
