// SPDX-License-Identifier: Apache-2.0
// Target: one replica of a rebuild: what is looked at, made, changed and given back there. The job
// (rebuild_job.h) walks the targets through the same steps. Main thread.
#pragma once

#include <atomic>
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
    /// Takes the run lock.
    void lock();
    /// Behind every lock of the run: gives back what a killed run still owed to the replica.
    void mend();
    /// Asks the server that we have the run lock, and takes it again if its session was lost.
    /// Throws as RunLock::session(). Any one thread.
    void keep_lock(const std::stop_token& stop);
    /// Looks at everything, touches nothing. `fellows`: all replicas of the run.
    const Preflight& look(mysql::Connection& primary, const std::vector<Fellow>& fellows);
    /// After look() of all: the replica of the run that this one replicates from.
    void set_above(Target& above);
    [[nodiscard]] const Target* above() const { return above_; }
    /// One that is below it is rebuilt, too.
    [[nodiscard]] bool hands_on() const { return hands_on_; }
    /// Makes the ghost, and returns what the server says of it.
    [[nodiscard]] sql::Table make_ghost();
    /// After make_ghost(): replication passes the table over, where it is missing or has broken it.
    void pass_over();
    /// `plan` and `signs` must outlive it. The caller keeps it until clean_up().
    [[nodiscard]] std::unique_ptr<ReplicaCut> cut(const Plan& plan, Signs& signs);
    /// For the cut of one below it that goes by its file and position.
    [[nodiscard]] std::unique_ptr<UpperReplica> as_upper();
    /// After the cut: drops what is not to be kept, watches the replica go on, gives back its
    /// state. Leaves in seen() what was seen; in trouble(), and the log, why it could not. The
    /// second time only gives back what the cut of one below it has left.
    void finish(const std::stop_token& stop);
    /// The ghost goes, unless it has the table's name; the replica's state is given back. Throws.
    void clean_up();
    /// Has the table been cut? Whatever cut() returned may be gone from now on.
    void note_cut();

    [[nodiscard]] bool swapped() const { return swapped_; }
    /// Sentences.
    [[nodiscard]] const std::vector<std::string>& seen() const { return seen_; }
    /// Empty if all went well.
    [[nodiscard]] const std::string& trouble() const { return trouble_; }
    /// True if something was made or changed on the replica.
    [[nodiscard]] bool touched() const { return custody_.has_value(); }
    /// An earlier run, which was killed, has left its notes.
    [[nodiscard]] bool killed_before() const { return killed_before_; }
    [[nodiscard]] const Preflight& preflight() const { return found_; }
    void add_issue(std::string issue) { found_.issues.push_back(std::move(issue)); }
    [[nodiscard]] const mysql::Endpoint& replica() const { return connector_.endpoint(); }
    [[nodiscard]] const mysql::Connector& connector() const { return connector_; }
    [[nodiscard]] RunLock& run_lock() { return *run_lock_; }

  private:
    void watch(const std::stop_token& stop);
    void drop_old_table();
    void give_back_at_last();  // a failure is logged, and is trouble()
    /// It goes by file and position of the fellow above, which the primary's mean nothing to.
    [[nodiscard]] bool by_upper() const { return above_ != nullptr && !found_.by_gtids; }
    [[nodiscard]] sql::TableName asked() const { return {options_.run.schema, options_.run.table}; }
    [[nodiscard]] mysql::Connector to_primary() const { return {options_.run.endpoint, {}}; }

    const RebuildOptions& options_;
    const mysql::Connector connector_;  // sessions with sql_log_bin=0
    Preflight found_;
    std::optional<RunLock> run_lock_;
    std::optional<replica::Custody> custody_;
    const ReplicaCut* cut_ = nullptr;  // the engine's
    Target* above_ = nullptr;          // if it replicates from a fellow
    bool hands_on_ = false;
    bool killed_before_ = false;
    bool ghost_is_ours_ = false;  // if one is there
    bool ghost_made_ = false;
    bool swapped_ = false;
    bool was_missing_ = false;
    std::atomic<bool> finished_ = false;
    std::vector<std::string> seen_;
    std::string trouble_;
};

}  // namespace wisp::migrator
