// SPDX-License-Identifier: Apache-2.0
// MigrateJob: one ALTER from the command line's options to the swapped table: route → inspect →
// checks → ghost and changelog → plan → engine → clean up.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "migrator/checkpoint.h"
#include "migrator/controls.h"
#include "migrator/engine.h"
#include "migrator/estimate/estimate.h"
#include "migrator/metadata_ddl.h"
#include "migrator/options.h"
#include "migrator/plan.h"
#include "migrator/progress.h"
#include "migrator/route.h"
#include "migrator/run_hooks.h"
#include "migrator/run_lock.h"

namespace wisp::migrator {

class MigrateJob {
  public:
    explicit MigrateJob(MigrationOptions options);
    MigrateJob(const MigrateJob&) = delete;
    MigrateJob& operator=(const MigrateJob&) = delete;
    ~MigrateJob();

    /// What --alter names, before any server is asked: then options() has schema and table. A
    /// revert has none. Throws Refusal.
    void read_alter();
    /// Route, source table, checks, run lock; makes nothing. Throws Refusal or mysql::Error.
    void open();
    /// After open(): the ALTER as a change of metadata only. True: that was all; metadata_ddl.h.
    [[nodiscard]] bool alter_metadata(MetadataWay way, const std::stop_token& stop);
    /// Everything up to the point where copying could begin, open() included: the plan is complete,
    /// ghost and changelog exist. Throws Refusal or mysql::Error with nothing left on the server;
    /// of what is to be resumed everything.
    void prepare();
    /// After prepare(), of a revert: what it does and loses, a sentence a line.
    [[nodiscard]] std::string way_back() const;
    /// After prepare() and clean_up(): what a run would take and leave; estimate/estimate.h. Throws
    /// Stopped or mysql::Error.
    [[nodiscard]] Estimate estimate(const std::stop_token& stop);
    /// Reads the binlog's end, or the checkpoint's, and builds the engine.
    void start();
    /// Copies, replays, swaps. Throws; then left_behind() says what is on the server.
    void run(std::stop_token stop);
    /// Drops what is not to be kept: changelog, old table if asked; without a swap the ghost too.
    /// The checkpoint goes with one of the two.
    void clean_up();

    [[nodiscard]] const MigrationOptions& options() const { return options_; }
    [[nodiscard]] Controls& controls() { return controls_; }
    [[nodiscard]] RunHooks& hooks() { return hooks_; }
    [[nodiscard]] const Plan& plan() const { return plan_; }
    [[nodiscard]] const Route& route() const { return route_; }
    /// Any thread.
    [[nodiscard]] ProgressSnapshot snapshot() const { return controls_.snapshot(); }
    /// True if rows may be in the ghost, so that it is not dropped behind the operator's back.
    [[nodiscard]] bool copying_began() const {
        return resumed_ || (engine_ && engine_->copying_began());
    }
    /// Asks the server: a checkpoint is there from which another run can go on.
    [[nodiscard]] bool can_be_resumed();
    /// True once all checks have passed; then the ghost is made and the plan complete.
    [[nodiscard]] bool planned() const { return planned_; }
    /// True if ghost and changelog were made.
    [[nodiscard]] bool prepared() const { return prepared_; }
    [[nodiscard]] bool swapped() const { return swapped_; }
    /// True if a test on a replica ended well: the table is as it was, the ghost is complete.
    [[nodiscard]] bool tested() const { return tested_; }
    /// True if the table was altered as a change of metadata.
    [[nodiscard]] bool altered() const { return altered_; }
    /// A sentence: tables of ours on the server and the statements that remove them; empty if none.
    [[nodiscard]] std::string left_behind();

  private:
    void connect();
    void inspect();
    void warn_of_replica() const;
    void take_up();
    void announce_names();
    void complete_plan();
    void recall_deferred_indexes();
    [[nodiscard]] Reached start_of(Signs& signs);
    [[nodiscard]] Method method();

    MigrationOptions options_;
    Controls controls_;
    RunHooks hooks_;
    std::string stamp_;  // in the old table's name; empty: none
    Route route_;
    Plan plan_;
    std::unique_ptr<mysql::Connection> writer_;
    std::unique_ptr<mysql::Connection> streamer_;
    std::optional<RunLock> run_lock_;
    std::uint64_t last_marker_ = 0;  // of the run that is resumed
    /// What an earlier run left, to go on from or to be taken back; none: this one begins.
    std::optional<Checkpoint> resumed_;
    std::unique_ptr<Engine> engine_;
    bool prepared_ = false;
    bool planned_ = false;
    bool swapped_ = false;
    bool tested_ = false;
    bool altered_ = false;
};

}  // namespace wisp::migrator
