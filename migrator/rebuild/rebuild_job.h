// SPDX-License-Identifier: Apache-2.0
// RebuildJob: one table of one replica, or of several, from the command line's options to the table
// as its primary has it: preflight → what a killed run left → ghost on each replica → engine →
// watch. Makes the route (read and stream the primary once, write every replica) and the method;
// the engine does not know that it rebuilds. Main thread; snapshot() from any.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "migrator/controls.h"
#include "migrator/engine.h"
#include "migrator/rebuild/options.h"
#include "migrator/rebuild/target.h"
#include "migrator/run_hooks.h"
#include "migrator/run_lock.h"

namespace wisp::migrator {

class RebuildJob {
  public:
    explicit RebuildJob(RebuildOptions options);
    RebuildJob(const RebuildJob&) = delete;
    RebuildJob& operator=(const RebuildJob&) = delete;
    ~RebuildJob();

    /// Takes the run locks; gives back what a killed run still owed to the replicas.
    void mend();
    /// Looks at everything on every replica, touches nothing. Throws mysql::Error, Refusal or
    /// replica::Problem.
    void look();
    /// After mend() and look(): makes the ghosts, and has replication pass the table over where it
    /// is missing or has broken it. Throws Refusal if look() has found issues.
    void prepare();
    /// Builds the engine; snapshot() works from here on.
    void start();
    /// Copies, replays, verifies, cuts. Throws; the replicas' state is given back all the same.
    void run(std::stop_token stop);
    /// After run(): Target::finish() of those that are not yet. Throws Refusal if one has trouble.
    void finish(const std::stop_token& stop);
    /// After a failure: drops ghosts and changelog, gives every replica's state back. `tell` hears
    /// of each replica that was touched what went wrong there, or an empty text.
    void clean_up(const std::function<void(const Target&, const std::string&)>& tell);

    /// As the operator named them; after look(): in the order of their cuts.
    [[nodiscard]] const std::vector<std::unique_ptr<Target>>& targets() const { return targets_; }
    /// host:port of all of them.
    [[nodiscard]] std::string replicas() const;
    [[nodiscard]] const RebuildOptions& options() const { return options_; }
    [[nodiscard]] ProgressSnapshot snapshot() const { return controls_.snapshot(); }
    [[nodiscard]] Controls& controls() { return controls_; }
    [[nodiscard]] RunHooks& hooks() { return hooks_; }

  private:
    [[nodiscard]] Method method();
    /// The locks that the engine does not look after, until stopped.
    void keep_locks(const std::stop_token& stop);
    /// All replicas of the run. Throws Refusal if two are one server.
    [[nodiscard]] std::vector<Fellow> fellows() const;
    void make_changelog();
    void drop_changelog() const;
    [[nodiscard]] mysql::Connector to_primary() const { return {options_.run.endpoint, {}}; }
    /// All but the last, which the engine knows as the one that it writes.
    [[nodiscard]] std::vector<mysql::Connector> further() const;

    RebuildOptions options_;
    Controls controls_{options_.run};
    RunHooks hooks_{options_.run.hooks, controls_};
    Route route_;
    Plan plan_;
    std::unique_ptr<mysql::Connection> primary_;
    std::optional<RunLock> primary_lock_;
    std::vector<std::unique_ptr<Target>> targets_;
    std::unique_ptr<Engine> engine_;
    bool changelog_made_ = false;
};

}  // namespace wisp::migrator
