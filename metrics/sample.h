// SPDX-License-Identifier: Apache-2.0
// Sample: the figures of a run at one moment, as whoever runs it tells them. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/histogram.h"

namespace wisp::metrics {

/// A source of the throttler.
struct ThrottleSource {
    std::string name;
    bool holds = false;
    double held_seconds = 0;
    std::optional<double> value;  // of one that goes by a number, in its own unit
    std::optional<double> limit;
};

struct Sample {
    std::string schema;
    std::string table;
    std::string stage;
    std::vector<std::string> stages;                            // all there are
    std::vector<std::pair<std::string, double>> stage_seconds;  // of those it has been in
    double run_seconds = 0;
    std::optional<double> eta_seconds;

    std::uint64_t rows_estimated = 0;
    std::uint64_t rows_copied = 0;
    std::uint64_t rows_verified = 0;
    double bytes_copied = 0;
    std::uint64_t chunks = 0;
    HistogramSnapshot chunk_seconds;

    std::uint64_t binlog_events = 0;
    std::uint64_t binlog_bytes = 0;
    std::uint64_t changes_delivered = 0;
    std::uint64_t changes_applied = 0;
    std::uint64_t changes_written = 0;
    HistogramSnapshot apply_seconds;
    std::uint64_t backlog_changes = 0;
    std::uint64_t backlog_transactions = 0;
    std::uint64_t backlog_bytes = 0;
    std::uint64_t backlog_limit_bytes = 0;
    double backlog_seconds = 0;

    bool throttled = false;
    double throttled_seconds = 0;
    double copy_pace = 1;
    std::vector<ThrottleSource> sources;

    std::optional<double> checkpoint_age_seconds;  // none: no checkpoint yet, or none at all
    unsigned cut_over_attempts = 0;
    double cut_over_lock_seconds = 0;  // of the attempt that swapped; 0 before
    double longest_stall_seconds = 0;  // of all attempts
};

}  // namespace wisp::metrics
