// SPDX-License-Identifier: Apache-2.0
// Target: one replica of a rebuild: what is looked at, made, changed and given back there. The job
// (rebuild_job.h) walks the targets through the same steps. Main thread.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "migrator/rebuild/options.h"
#include "migrator/rebuild/preflight.h"
#include "migrator/rebuild/replica_cut.h"
#include "migrator/run_lock.h"
#include "replica/custody.h"

namespace wisp::migrator {

class Target {
  public:
    /// `options` must outlive it.
    Target(const RebuildOptions& options, mysql::Endpoint replica);
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;

    /// Sentences on what a killed run left there and mend() puts right; may be empty.
    [[nodiscard]] std::vector<std::string> left_by_killed() const;
    /// Takes the run lock; gives back what a killed run still owed to the replica.
    void mend();
    /// Looks at everything, touches nothing.
    const Preflight& look(mysql::Connection& primary);
    /// Makes the ghost, and returns what the server says of it.
    [[nodiscard]] sql::Table make_ghost();
    /// After make_ghost(): replication passes the table over, where it is missing or has broken it.
    void pass_over();
    /// `plan` and `signs` must outlive it. The caller keeps it until clean_up().
    [[nodiscard]] std::unique_ptr<ReplicaCut> cut(const Plan& plan, Signs& signs);
    /// After the cut: drops what is not to be kept, watches the replica go on, gives back its
    /// state. Returns sentences on what was seen. Throws Refusal if the replica does not go on.
    [[nodiscard]] std::vector<std::string> finish(const std::stop_token& stop);
    /// The ghost goes, unless it has the table's name; the replica's state is given back. Throws.
    void clean_up();
    /// To be called when the engine has ended: whatever cut() returned may be gone from now on.
    void note_end();

    [[nodiscard]] bool swapped() const { return swapped_; }
    /// True if something was made or changed on the replica.
    [[nodiscard]] bool touched() const { return custody_.has_value(); }
    /// An earlier run, which was killed, has left its notes.
    [[nodiscard]] bool killed_before() const { return killed_before_; }
    [[nodiscard]] const Preflight& preflight() const { return found_; }
    [[nodiscard]] const mysql::Endpoint& replica() const { return connector_.endpoint(); }
    [[nodiscard]] const mysql::Connector& connector() const { return connector_; }
    [[nodiscard]] RunLock& run_lock() { return *run_lock_; }

  private:
    [[nodiscard]] sql::TableName asked() const { return {options_.run.schema, options_.run.table}; }
    [[nodiscard]] mysql::Connector to_primary() const { return {options_.run.endpoint, {}}; }

    const RebuildOptions& options_;
    const mysql::Connector connector_;  // sessions with sql_log_bin=0
    Preflight found_;
    std::optional<RunLock> run_lock_;
    std::optional<replica::Custody> custody_;
    const ReplicaCut* cut_ = nullptr;  // the engine's
    bool killed_before_ = false;
    bool ghost_made_ = false;
    bool swapped_ = false;
    bool was_missing_ = false;
};

}  // namespace wisp::migrator
