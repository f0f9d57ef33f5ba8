// SPDX-License-Identifier: Apache-2.0
#include "cmd/metrics_sample.h"

#include <algorithm>
#include <utility>

namespace wisp::cmd {

metrics::Sample metrics_sample(const migrator::ProgressSnapshot& s) {
    metrics::Sample sample;
    sample.schema = s.schema;
    sample.table = s.table;
    sample.stage = to_string(s.stage);
    for (auto stage = migrator::Stage::kStarting; stage <= migrator::Stage::kDone;
         stage = static_cast<migrator::Stage>(static_cast<int>(stage) + 1)) {
        sample.stages.emplace_back(to_string(stage));
    }
    for (const auto& time : s.stages) {
        sample.stage_seconds.emplace_back(to_string(time.stage), time.seconds);
    }
    sample.run_seconds = s.elapsed_seconds;
    if (s.eta_seconds >= 0) sample.eta_seconds = s.eta_seconds;
    sample.rows_estimated = s.rows_estimated;
    sample.rows_copied = s.rows_copied;
    sample.rows_verified = s.rows_verified;
    sample.bytes_copied = static_cast<double>(s.rows_copied * s.row_bytes);
    sample.chunks = s.chunks;
    sample.chunk_seconds = s.chunk_seconds;
    sample.binlog_events = s.binlog_events;
    sample.binlog_bytes = s.binlog_bytes;
    sample.changes_delivered = s.changes_delivered;
    sample.changes_applied = s.changes_applied;
    sample.changes_written = s.changes_written;
    sample.apply_seconds = s.apply_seconds;
    sample.backlog_changes = s.changes_delivered - std::min(s.changes_applied, s.changes_delivered);
    sample.backlog_transactions = s.backlog_transactions;
    sample.backlog_bytes = s.backlog_bytes;
    sample.backlog_limit_bytes = s.backlog_limit_bytes;
    sample.backlog_seconds = s.lag_seconds;
    sample.throttled = !s.throttle.empty();
    sample.throttled_seconds = s.throttled_seconds;
    sample.copy_pace = s.copy_pace;
    for (const auto& source : s.sources) {
        metrics::ThrottleSource shown;
        shown.name = source.name;
        shown.holds = source.holds;
        shown.held_seconds = source.held.count();
        if (source.measure) {
            shown.value = source.measure->value;
            shown.limit = source.measure->limit;
        }
        sample.sources.push_back(std::move(shown));
    }
    if (s.checkpoint_age_seconds >= 0) sample.checkpoint_age_seconds = s.checkpoint_age_seconds;
    sample.cut_over_attempts = s.cut_over_attempts;
    sample.cut_over_lock_seconds = s.locked_seconds;
    sample.longest_stall_seconds = s.longest_stall_seconds;
    return sample;
}

}  // namespace wisp::cmd
