// SPDX-License-Identifier: Apache-2.0
// MigrateJob: one ALTER from the command line's options to the swapped table: route → inspect →
// checks → ghost and changelog → plan → engine → clean up.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "migrator/engine.h"
#include "migrator/options.h"
#include "migrator/plan.h"
#include "migrator/progress.h"
#include "migrator/route.h"
#include "migrator/run_lock.h"

namespace wisp::migrator {

class MigrateJob {
  public:
    explicit MigrateJob(MigrationOptions options);
    MigrateJob(const MigrateJob&) = delete;
    MigrateJob& operator=(const MigrateJob&) = delete;
    ~MigrateJob();

    /// Everything up to the point where copying could begin: the plan is complete, ghost and
    /// changelog exist. Throws Refusal or mysql::Error with nothing left on the server.
    void prepare();
    /// Reads the binlog's end and builds the engine; snapshot() works from here on.
    void start();
    /// Copies, replays, swaps. Throws; then left_behind() says what is on the server.
    void run(std::stop_token stop);
    /// Drops what is not to be kept: changelog, old table if asked; without a swap the ghost too.
    void clean_up();

    [[nodiscard]] const Plan& plan() const { return plan_; }
    [[nodiscard]] const Route& route() const { return route_; }
    /// Any thread, after start().
    [[nodiscard]] ProgressSnapshot snapshot() const { return engine_->snapshot(); }
    /// True if rows may be in the ghost, so that it is not dropped behind the operator's back.
    [[nodiscard]] bool copying_began() const { return engine_ && engine_->copying_began(); }
    /// True if ghost and changelog were made.
    [[nodiscard]] bool prepared() const { return prepared_; }
    [[nodiscard]] bool swapped() const { return swapped_; }
    /// A sentence: tables of ours on the server and the statements that remove them; empty if none.
    [[nodiscard]] std::string left_behind();

  private:
    void split_alter();
    void connect();
    void inspect();

    MigrationOptions options_;
    Route route_;
    Plan plan_;
    std::unique_ptr<mysql::Connection> writer_;
    std::unique_ptr<mysql::Connection> streamer_;
    std::optional<RunLock> run_lock_;
    std::unique_ptr<Engine> engine_;
    bool prepared_ = false;
    bool swapped_ = false;
};

}  // namespace wisp::migrator
