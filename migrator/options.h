// SPDX-License-Identifier: Apache-2.0
// MigrationOptions: what the operator chose, with defaults and units. Filled by cmd/, const after.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "hooks/runner.h"
#include "mysql/endpoint.h"
#include "throttle/knobs.h"

namespace wisp::migrator {

/// Comparing the ghost with the source before the swap (R9).
enum class Verify : std::uint8_t { kOff, kSample, kFull };
/// One range in so many is compared; 0: none.
[[nodiscard]] constexpr unsigned verified_one_in(Verify verify) {
    if (verify == Verify::kOff) return 0;
    return verify == Verify::kSample ? 10 : 1;
}

/// How many copiers work at a time: steered between the two, fixed where they are the same.
struct CopierBounds {
    unsigned fewest = 1;
    unsigned most = 8;
    bool operator==(const CopierBounds&) const = default;
};

/// Where rows pass on their way: inside the server, or through us.
enum class Mover : std::uint8_t { kServer, kClient };

/// What triggers are called on the new table.
struct TriggerNaming {
    std::string suffix;
    bool remove_if_exists = false;  // a name that ends in it goes without it
};

struct MigrationOptions {
    mysql::Endpoint endpoint;                       // where the operator pointed us
    std::optional<std::string> assume_master_host;  // host[:port] of the primary
    std::string master_user;                        // of the primary that assume_master_host names
    std::string master_password;
    std::string schema;
    std::string table;
    std::string alter;
    bool execute = false;
    bool allow_on_master = false;
    bool migrate_on_replica = false;  // nothing but the replica is read or written
    bool test_on_replica = false;     // the same, and swapped back in the end
    bool skip_replica_stop = false;   // for the test a hook stops replication, not we
    bool assume_rbr = false;
    bool switch_to_rbr = false;        // binlog_format=ROW on the replica that is followed
    bool allow_master_master = false;  // in a circle the one server that may be written is primary
    bool drop_ghost_first = false;
    bool drop_old_first = false;
    bool drop_old_after = false;
    bool timestamp_old_table = false;
    bool exact_rowcount = false;
    bool concurrent_rowcount = true;  // count beside the copy, not before it
    bool attempt_instant_ddl = false;
    bool attempt_inplace_ddl = false;  // only what changes metadata: metadata_clauses.h
    bool defer_indexes = false;
    std::string force_table_names;         // base of our tables' names, instead of the table's
    bool skip_renamed_columns = false;     // a renamed column is a new one, its data is dropped
    bool allow_nullable_key = false;       // as migration key, as long as it holds no NULL
    bool discard_foreign_keys = false;     // the table's own, without cascades, are lost
    bool skip_foreign_key_checks = false;  // at the operator's risk
    bool include_triggers = false;         // they are made again on the new table
    TriggerNaming triggers;
    bool analyze_ghost = false;      // ANALYZE TABLE before the first attempt
    bool panic_on_warnings = false;  // a warning while rows are written ends the run

    std::size_t chunk_rows = 0;                 // rows; 0 = steered to chunk_time
    std::chrono::milliseconds chunk_time{500};  // aim of one chunk when steered
    CopierBounds copiers;                       // connections, 1..16
    Mover mover = Mover::kServer;
    Verify verify = Verify::kFull;
    unsigned apply_lanes = 1;              // 1..16 connections
    std::size_t batch_rows = 5'000;        // keys in one applied batch, about
    std::size_t batch_bytes = 8U << 20U;   // bytes of row images that a batch keeps, about
    std::size_t queue_bytes = 32U << 20U;  // between streamer and applier
    std::chrono::milliseconds heartbeat{100};
    std::chrono::seconds cut_over_lock_timeout{3};  // waiting for the lock, and holding it
    unsigned cut_over_attempts = 60;
    /// After a failed attempt wait 1, 2, 4 … seconds up to this; 0: short waits.
    std::chrono::seconds cut_over_backoff_most{0};
    std::string postpone_flag_file;
    bool checkpoint = false;  // written beside the ghost, so a run can be resumed
    std::chrono::seconds checkpoint_every{300};  // at least 10
    bool revert = false;    // swap back what an earlier run with a checkpoint has swapped
    std::string old_table;  // what that run has left, without a schema
    bool resume = false;    // go on from the checkpoint that is there

    /// May be changed while the run goes on, by whoever has these options: throttle/knob_table.h.
    throttle::SharedKnobs knobs = std::make_shared<Guarded<throttle::Knobs>>();
    hooks::Options hooks;

    [[nodiscard]] bool on_replica() const { return migrate_on_replica || test_on_replica; }
};

}  // namespace wisp::migrator
