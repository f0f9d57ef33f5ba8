// SPDX-License-Identifier: Apache-2.0
// Every metric: name, kind, help. docs/metrics.md lists the same ones, which a test compares.
#pragma once

#include <array>

namespace wisp::metrics {

enum class Kind : unsigned char { kGauge, kCounter, kHistogram };

struct Metric {
    const char* name;
    Kind kind;
    const char* help;
};

inline constexpr Metric kInfo{"wisp_migration_info", Kind::kGauge,
                              "Always 1; which table is migrated"};
inline constexpr Metric kStage{"wisp_stage", Kind::kGauge,
                               "1 for the stage the run is in, 0 for the others"};
inline constexpr Metric kStageSeconds{"wisp_stage_seconds_total", Kind::kCounter,
                                      "Time the run has been in a stage"};
inline constexpr Metric kRunSeconds{"wisp_run_seconds", Kind::kGauge, "Time since the run began"};
inline constexpr Metric kEta{"wisp_eta_seconds", Kind::kGauge,
                             "Time until the run is ready to swap; NaN if unknown"};
inline constexpr Metric kRowsEstimated{"wisp_rows_estimated", Kind::kGauge,
                                       "Rows of the table, estimated or counted"};
inline constexpr Metric kRowsCopied{"wisp_rows_copied_total", Kind::kCounter,
                                    "Rows read by finished chunks"};
inline constexpr Metric kRowsVerified{"wisp_rows_verified_total", Kind::kCounter,
                                      "Rows compared between source and ghost"};
inline constexpr Metric kBytesCopied{
    "wisp_bytes_copied_total", Kind::kCounter,
    "Rows copied times the average row length in the server's statistics"};
inline constexpr Metric kChunks{"wisp_chunks_total", Kind::kCounter, "Chunks copied"};
inline constexpr Metric kChunkSeconds{"wisp_chunk_seconds", Kind::kHistogram,
                                      "Time to copy a chunk"};
inline constexpr Metric kBinlogEvents{"wisp_binlog_events_total", Kind::kCounter,
                                      "Events received from the binlog, of all tables"};
inline constexpr Metric kBinlogBytes{"wisp_binlog_bytes_total", Kind::kCounter,
                                     "Bytes received from the binlog, of all tables"};
inline constexpr Metric kChangesDelivered{"wisp_changes_delivered_total", Kind::kCounter,
                                          "Row changes of the source delivered by the binlog"};
inline constexpr Metric kChangesApplied{"wisp_changes_applied_total", Kind::kCounter,
                                        "Row changes of the source that are in the ghost"};
inline constexpr Metric kChangesWritten{"wisp_changes_written_total", Kind::kCounter,
                                        "Rows and deletes that those changes folded to"};
inline constexpr Metric kApplySeconds{"wisp_apply_seconds", Kind::kHistogram,
                                      "Time to write a batch of changes"};
inline constexpr Metric kBacklogChanges{"wisp_backlog_changes", Kind::kGauge,
                                        "Row changes delivered and not applied"};
inline constexpr Metric kBacklogTransactions{"wisp_backlog_transactions", Kind::kGauge,
                                             "Transactions that wait in the queue"};
inline constexpr Metric kBacklogBytes{"wisp_backlog_bytes", Kind::kGauge,
                                      "Bytes that wait in the queue"};
inline constexpr Metric kBacklogLimit{"wisp_backlog_limit_bytes", Kind::kGauge,
                                      "Bytes that the queue may hold; a full one holds the stream"};
inline constexpr Metric kBacklogSeconds{"wisp_backlog_seconds", Kind::kGauge,
                                        "Age of the newest heartbeat that replay has passed"};
inline constexpr Metric kThrottled{"wisp_throttled", Kind::kGauge, "1 while the copy is held"};
inline constexpr Metric kThrottledSeconds{"wisp_throttled_seconds_total", Kind::kCounter,
                                          "Time the copy was held, by whichever source"};
inline constexpr Metric kPace{"wisp_copy_pace", Kind::kGauge,
                              "Share of the time in which the copy may work, 0 while it is held"};
inline constexpr Metric kSourceHolds{"wisp_throttle_source_holds", Kind::kGauge,
                                     "1 while this source holds the copy"};
inline constexpr Metric kSourceSeconds{"wisp_throttle_source_seconds_total", Kind::kCounter,
                                       "Time this source has held the copy; sources may overlap"};
inline constexpr Metric kSourceValue{
    "wisp_throttle_source_value", Kind::kGauge,
    "What a source that goes by a number has read, in its own unit"};
inline constexpr Metric kSourceLimit{"wisp_throttle_source_limit", Kind::kGauge,
                                     "The limit of that number"};
inline constexpr Metric kLag{
    "wisp_lag_seconds", Kind::kGauge,
    "Age of the heartbeat on the inspected server and on each watched replica"};
inline constexpr Metric kCheckpointAge{
    "wisp_checkpoint_age_seconds", Kind::kGauge,
    "Time since a checkpoint was written that is further than the one before"};
inline constexpr Metric kAttempts{"wisp_cutover_attempts_total", Kind::kCounter,
                                  "Attempts of the cut-over"};
inline constexpr Metric kLockSeconds{
    "wisp_cutover_lock_seconds", Kind::kGauge,
    "Time the table was locked in the attempt that swapped; 0 before"};
inline constexpr Metric kLongestStall{
    "wisp_longest_stall_seconds", Kind::kGauge,
    "Longest time that an attempt, successful or not, held the table lock"};

inline constexpr std::array kAll{
    kInfo,           kStage,          kStageSeconds,   kRunSeconds,          kEta,
    kRowsEstimated,  kRowsCopied,     kRowsVerified,   kBytesCopied,         kChunks,
    kChunkSeconds,   kBinlogEvents,   kBinlogBytes,    kChangesDelivered,    kChangesApplied,
    kChangesWritten, kApplySeconds,   kBacklogChanges, kBacklogTransactions, kBacklogBytes,
    kBacklogLimit,   kBacklogSeconds, kThrottled,      kThrottledSeconds,    kPace,
    kSourceHolds,    kSourceSeconds,  kSourceValue,    kSourceLimit,         kLag,
    kCheckpointAge,  kAttempts,       kLockSeconds,    kLongestStall};

}  // namespace wisp::metrics
