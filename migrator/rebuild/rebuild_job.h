// SPDX-License-Identifier: Apache-2.0
// RebuildJob: one table of a replica, from the command line's options to the table as its primary
// has it: preflight → what a killed run left → ghost on the replica → engine → watch. Makes the
// route (read and stream the primary, write the replica) and the method; the engine does not know
// that it rebuilds. Main thread; snapshot() from any.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "migrator/controls.h"
#include "migrator/engine.h"
#include "migrator/rebuild/options.h"
#include "migrator/rebuild/preflight.h"
#include "migrator/rebuild/replica_cut.h"
#include "migrator/run_hooks.h"
#include "migrator/run_lock.h"
#include "replica/custody.h"

namespace wisp::migrator {

class RebuildJob {
  public:
    explicit RebuildJob(RebuildOptions options);
    RebuildJob(const RebuildJob&) = delete;
    RebuildJob& operator=(const RebuildJob&) = delete;
    ~RebuildJob();

    /// Sentences on what a killed run left on the replica and mend() puts right; may be empty.
    [[nodiscard]] std::vector<std::string> left_by_killed() const;
    /// Takes the run lock; gives back what a killed run still owed to the replica.
    void mend();
    /// Looks at everything, touches nothing. Throws mysql::Error, Refusal or replica::Problem.
    const Preflight& look();
    /// After mend() and look(): makes the ghost, and has replication pass the table over where it
    /// is missing or has broken it. Throws Refusal if look() has found issues.
    void prepare();
    /// Builds the engine; snapshot() works from here on.
    void start();
    /// Copies, replays, verifies, cuts. Throws; the replica's state is given back all the same.
    void run(std::stop_token stop);
    /// After run(): drops what is not to be kept, watches the replica go on, gives back its state.
    /// Returns sentences on what was seen. Throws Refusal if the replica does not go on.
    [[nodiscard]] std::vector<std::string> finish(const std::stop_token& stop);
    /// After a failure: drops ghost and changelog, gives the replica's state back. Throws.
    void clean_up();

    [[nodiscard]] bool swapped() const { return swapped_; }
    /// True if something was made or changed on the replica.
    [[nodiscard]] bool touched() const { return touched_; }
    [[nodiscard]] const Preflight& preflight() const { return found_; }
    [[nodiscard]] const RebuildOptions& options() const { return options_; }
    [[nodiscard]] ProgressSnapshot snapshot() const { return controls_.snapshot(); }
    [[nodiscard]] Controls& controls() { return controls_; }
    [[nodiscard]] RunHooks& hooks() { return hooks_; }

  private:
    [[nodiscard]] Method method();
    void make_ghost(mysql::Connection& connection);
    void make_changelog();
    void drop_changelog() const;
    [[nodiscard]] mysql::Connector to_replica() const { return {route_.write, route_.session}; }
    [[nodiscard]] mysql::Connector to_primary() const {
        return {route_.read, route_.source_session};
    }

    RebuildOptions options_;
    Controls controls_{options_.run};
    RunHooks hooks_{options_.run.hooks, controls_};
    Route route_;
    Preflight found_;
    Plan plan_;
    std::unique_ptr<mysql::Connection> primary_;
    std::optional<RunLock> run_lock_;
    std::optional<RunLock> primary_lock_;
    std::optional<replica::Custody> custody_;
    std::unique_ptr<Engine> engine_;
    const ReplicaCut* cut_ = nullptr;  // the engine's
    bool killed_before_ = false;
    bool touched_ = false;
    bool ghost_made_ = false;
    bool changelog_made_ = false;
    bool swapped_ = false;
};

}  // namespace wisp::migrator
