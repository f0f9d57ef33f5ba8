// SPDX-License-Identifier: Apache-2.0
// Progress: what the run has done so far. Written by copiers, applier and engine, read as a
// snapshot by the status line; counters are atomics, nobody waits here.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "base/histogram.h"
#include "throttle/board.h"

namespace wisp::migrator {

/// The stages of a run, in order.
enum class Stage : std::uint8_t {
    kStarting,
    kCountingRows,
    kCopying,
    kRetrying,  // ranges with missing rows
    kBuildingIndexes,
    kVerifying,   // comparing the ghost with the source
    kCatchingUp,  // waiting until the applier is close enough for the cut-over
    kPostponed,
    kHeld,  // the cut-over waits for the throttler
    kCuttingOver,
    kCleaningUp,
    kDone,
};
[[nodiscard]] const char* to_string(Stage stage);

struct StageTime {
    Stage stage = Stage::kStarting;
    double seconds = 0;
};

/// The stage the run is in, and how long it was in each. Any thread.
class StageClock {
  public:
    StageClock& operator=(Stage stage);
    operator Stage() const;  // NOLINT(google-explicit-constructor): it is the stage
    /// Those that were entered, in the order of Stage; the present one up to now.
    [[nodiscard]] std::vector<StageTime> times() const;

  private:
    struct State {
        Stage now = Stage::kStarting;
        std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
        std::map<Stage, std::chrono::duration<double>> before;  // of stages that were left
    };
    Guarded<State> state_;
};

struct ProgressSnapshot {
    Stage stage = Stage::kStarting;
    std::vector<StageTime> stages;
    std::uint64_t rows_estimated = 0;
    std::uint64_t rows_copied = 0;   // rows read by finished chunks
    std::uint64_t rows_resumed = 0;  // of these: copied by an earlier run
    std::uint64_t rows_verified = 0;
    std::uint64_t chunks = 0;
    std::uint64_t changes_applied = 0;  // row changes of the source table
    std::uint64_t changes_written = 0;  // rows and deletes they folded to
    std::uint64_t backlog_transactions = 0;
    std::uint64_t backlog_bytes = 0;
    std::uint64_t backlog_limit_bytes = 0;
    double arriving = 0;     // changes a second, while the replay falls behind; else 0
    double replayed = 0;     // the same of the replay (replay_pace.h)
    double lag_seconds = 0;  // age of the newest heartbeat the applier has passed
    /// Age of the newest heartbeat on the inspected server, replayed or not; none: not measured.
    std::optional<double> inspected_lag_seconds;
    double elapsed_seconds = 0;
    double copy_seconds = 0;
    double eta_seconds = -1;  // until the run is ready to swap (eta.h); negative: unknown
    double verify_share = 0;  // of the rows that are copied: how many will be compared
    std::string schema;       // of the source table
    std::string table;
    std::string stream_position;
    std::uint64_t binlog_events = 0;  // received, of all tables
    std::uint64_t binlog_bytes = 0;
    std::uint64_t changes_delivered = 0;  // of the source table
    std::uint64_t row_bytes = 0;          // on average, by the server's statistics
    HistogramSnapshot chunk_seconds;
    HistogramSnapshot apply_seconds;  // of a batch
    std::string throttle;  // who holds the copy, why and for how long; empty if nobody does
    std::string slowed;    // the same of who slows it, if nobody holds it
    double copy_pace = 1;  // share of the time in which it may work then
    /// Since a checkpoint was written whose position is further than the one's before; negative:
    /// none was. A position that stands is what a resume would have to go back to.
    double checkpoint_age_seconds = -1;
    unsigned cut_over_attempts = 0;
    double locked_seconds = 0;         // the successful cut-over's lock
    double longest_stall_seconds = 0;  // the longest lock of any attempt
    double throttled_seconds = 0;      // the copy was held
    std::vector<throttle::SourceState> sources;
};

/// Of the copy, 0 to 100; 100 once it is over.
[[nodiscard]] double percent(const ProgressSnapshot& s);

class Progress {
  public:
    StageClock stage;
    std::atomic<std::uint64_t> rows_estimated{0};
    std::atomic<std::uint64_t> rows_copied{0};
    std::atomic<std::uint64_t> rows_resumed{0};  // set before anything is copied
    std::atomic<std::uint64_t> rows_verified{0};
    std::atomic<std::uint64_t> chunks{0};
    std::atomic<std::uint64_t> changes_delivered{0};
    std::atomic<std::uint64_t> changes_applied{0};
    std::atomic<std::uint64_t> changes_written{0};
    std::atomic<std::int64_t> heartbeat{0};  // microseconds, last one the applier has passed
    std::atomic<double> arriving{0};         // 0: the replay keeps up
    std::atomic<double> replayed{0};
    std::atomic<std::int64_t> copy_began{0};  // microseconds since the epoch; 0 = not yet
    std::atomic<std::int64_t> copy_ended{0};
    std::atomic<std::int64_t> checkpoint_moved{0};  // as checkpoint_age_seconds
    std::atomic<unsigned> cut_over_attempts{0};
    std::atomic<std::int64_t> locked_microseconds{0};
    std::atomic<std::int64_t> longest_stall_microseconds{0};
    Histogram chunk_seconds{{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}};
    Histogram apply_seconds{{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5}};

    const std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
};

}  // namespace wisp::migrator
