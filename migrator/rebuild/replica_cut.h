// SPDX-License-Identifier: Apache-2.0
// ReplicaCut: the exact cut. The replica's SQL thread and the applier are brought to one point of
// the primary's binlog; there the ghost is the primary's table as the replica must have it, and
// takes its place. ReplicaCuts: of several replicas, one after another. docs/rebuild.md, "The cut".
// Main thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "migrator/applier.h"
#include "migrator/method.h"
#include "migrator/plan.h"
#include "migrator/rebuild/upper_replica.h"
#include "migrator/route.h"
#include "replica/custody.h"

namespace wisp::migrator {

/// If the SQL thread has stopped because of this table (1032, 1062, 1146): has it pass the table
/// over from now on, and run. True if so. Throws Refusal if it has stopped for anything else, or
/// with `hands_on`: replicas below it, which the run rebuilds too, would never get what it passes
/// over.
bool pass_over_if_broken(replica::Custody& custody, const sql::TableName& table, bool hands_on);

/// Where a replica stands among those of a run.
struct Standing {
    std::string errant;                     // GTIDs that it had before we came
    std::string source;                     // replica::source_of() then
    bool hands_on = false;                  // replicas below it are rebuilt, too
    std::optional<mysql::Connector> above;  // the one of the run that it replicates from
};

/// Of one replica.
class ReplicaCut {
  public:
    /// `limit`: wait for the table's metadata lock. `upper`: what it replicates from, if it goes by
    /// that one's file and position; else null.
    ReplicaCut(const Plan& plan, const mysql::Connector& primary, const mysql::Connector& replica,
               replica::Custody& custody, Signs& signs, Standing standing,
               std::chrono::seconds limit, std::unique_ptr<UpperReplica> upper);

    /// As Swap::prepare() and Swap::attempt().
    void prepare();
    [[nodiscard]] std::optional<std::string> attempt(const SwapContext& run);

    [[nodiscard]] const mysql::Endpoint& replica() const { return replica_.endpoint(); }
    /// True if the replica had no such table, so that there is no old one now.
    [[nodiscard]] bool was_missing() const { return was_missing_; }
    /// True once the new table has the name.
    [[nodiscard]] bool renamed() const { return renamed_; }

  private:
    /// Empty once the tables have changed places and the SQL thread runs; else why not.
    [[nodiscard]] std::string cut(const SwapContext& run);
    /// Warns if the replica above has stopped, so that nothing comes down.
    void look_above();
    [[nodiscard]] bool await_committed(const std::stop_token& stop);
    [[nodiscard]] Applier::Beyond behind_point();
    /// The point, in the binlog of the replica above. Stops the SQL thread before that one goes on.
    [[nodiscard]] bool hand_down(const std::stop_token& stop);
    [[nodiscard]] bool meet(const SwapContext& run);
    /// False: somebody holds the table for too long.
    [[nodiscard]] bool rename();
    [[nodiscard]] bool is_renamed();
    void go_on(const SwapContext& run);

    const Plan& plan_;
    Signs& signs_;
    const Standing standing_;
    const std::unique_ptr<UpperReplica> upper_;
    const mysql::Connector source_;
    const mysql::Connector replica_;
    replica::Custody& custody_;
    std::unique_ptr<mysql::Connection> primary_;
    std::unique_ptr<mysql::Connection> renamer_;
    std::unique_ptr<mysql::Connection> above_;
    bool said_above_ = false;
    replica::Point point_;  // of the primary
    replica::Point here_;   // the same, of what the replica reads
    bool was_missing_ = false;
    bool renamed_ = false;
    std::chrono::steady_clock::time_point stood_since_;
};

/// A replica whose table has changed places is left: the others' ghosts are written on, and brought
/// to a point of their own. So a replica that must be waited for holds up those after it only.
class ReplicaCuts : public Swap {
  public:
    struct One {
        std::unique_ptr<ReplicaCut> cut;
        std::function<void(const std::stop_token&)> finish;  // of this replica; not for the last
    };
    /// At least one; the last is of the server that the route writes, the others of the further
    /// ones.
    explicit ReplicaCuts(std::vector<One> cuts) : cuts_(std::move(cuts)) {}

    void prepare(mysql::Connection& control) override;
    [[nodiscard]] std::optional<std::string> attempt(const SwapContext& run) override;

  private:
    /// The first that is not cut yet.
    [[nodiscard]] ReplicaCut& next() const;

    const std::vector<One> cuts_;
};

}  // namespace wisp::migrator
