// SPDX-License-Identifier: Apache-2.0
// Applier: takes delivered transactions from the queue, folds them into batches and writes them to
// the ghost, one batch after another, large ones over several lanes. Owned by one thread at a time:
// its own during the copy, the engine's during a cut-over, when the last batches must go through
// the session that holds the table locks.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "base/bounded_queue.h"
#include "base/guarded.h"
#include "binlog/change.h"
#include "migrator/batch_writer.h"
#include "migrator/dials.h"
#include "migrator/ghost_lanes.h"
#include "migrator/in_flight.h"
#include "migrator/markers.h"
#include "migrator/options.h"
#include "migrator/plan.h"
#include "migrator/progress.h"
#include "migrator/replay_pace.h"
#include "migrator/verify/touched_keys.h"
#include "migrator/xa_watch.h"
#include "mysql/connector.h"

namespace wisp::throttle {
class Throttler;
}

namespace wisp::migrator {

using ChangeQueue = BoundedQueue<binlog::Transaction>;

class Applier {
  public:
    /// `start`: where the stream begins; `gtid`: one that was applied before it, or none.
    Applier(const Plan& plan, const MigrationOptions& options, const Dials& dials,
            ChangeQueue& queue, InFlight& in_flight, TouchedKeys& touched, XaWatch& xa_watch,
            Progress& progress, Signs& signs, binlog::Position start, std::string gtid = {});

    /// Until stop: batches over connections of its own to each of the `ghosts`' servers (at least
    /// one), reconnecting when one is lost. Lock errors are retried without end but logged;
    /// anything else is thrown. `stop` ends it between two batches, `abort` at once.
    void run(std::stop_token stop, std::stop_token abort,
             const std::vector<mysql::Connector>& ghosts, const throttle::Throttler& throttler);

    /// Applies over `connection` (autocommit = 0), whose session holds the write locks of source
    /// and ghost, until the mark is passed, every range has left and no repeated delete waits.
    /// False: the deadline came first; the batch in work is kept and written first by whoever
    /// applies next. Throws mysql::Error when the connection fails.
    [[nodiscard]] bool drain(mysql::Connection& connection, const Mark& mark,
                             std::chrono::steady_clock::time_point deadline, std::stop_token stop);

    /// Where a stream is to be held.
    using Beyond = std::function<bool(const binlog::Transaction&)>;
    /// The first transaction that is beyond, and all after it, wait until this is lifted (empty).
    /// Call only while no thread runs the applier.
    void hold_at(Beyond beyond);
    /// True if the next transaction is beyond, and what is before it in the ghost; or if the
    /// applier is at this position anyway. Any thread.
    [[nodiscard]] bool is_held(const binlog::Position& position) const;

    /// Where to write from now on. Call only while no thread runs the applier.
    void set_ghost(const sql::TableName& ghost) { writer_.set_ghost(ghost); }

    [[nodiscard]] const Guarded<Applied>& applied() const { return applied_; }
    /// Sentences naming rows that the ghost's other unique keys do not let in (at most `limit`).
    /// Call only while no thread runs the applier.
    [[nodiscard]] std::vector<std::string> describe_held(std::size_t limit);

  private:
    /// What comes with the first change of a batch: what is there, or what comes for a while as
    /// well, unless somebody waits for the batch.
    enum class More : std::uint8_t { kTake, kAwait };
    /// Waits for the first change as long as `limit`.
    [[nodiscard]] bool gather(std::stop_token stop, std::chrono::milliseconds limit, More more);
    [[nodiscard]] std::optional<binlog::Transaction> next(const std::stop_token& stop,
                                                          std::chrono::milliseconds limit);
    [[nodiscard]] bool is_large() const;
    void take(binlog::Transaction& transaction);
    void write(GhostLanes& lanes, const std::stop_token& abort);
    /// `behind_lock`: of the source, held by our own session.
    void prove_visible(mysql::Connection& connection, bool behind_lock,
                       const std::stop_token& stop);
    void settle(HeldRows held);
    void note_pace(bool full);
    void publish();
    [[nodiscard]] binlog::Position resumable() const;

    const Plan& plan_;
    const MigrationOptions& options_;
    const Dials& dials_;
    ChangeQueue& queue_;
    InFlight& in_flight_;
    TouchedKeys& touched_;
    XaWatch& xa_watch_;
    Progress& progress_;
    Signs& signs_;
    RowReader reader_;
    BatchWriter writer_;
    std::shared_ptr<PendingBatch> pending_;  // gathered, not yet known to be in the ghost
    HeldRows held_;
    ReplayPace pace_;
    std::uint64_t fences_ = 0;
    Beyond beyond_;
    std::optional<binlog::Transaction> parked_;  // the first one behind the ceiling
    binlog::Position gathered_position_;
    std::string gathered_gtid_;
    binlog::Position undecided_from_;  // at gathered_position_: binlog::Transaction
    binlog::Position settled_;         // every batch before it is written
    /// What a resume from settled_ would have to go back to: the PREPARE of an XA transaction that
    /// was undecided there. What lies behind settled_ is noted as lying behind this.
    binlog::Position floor_;
    std::optional<binlog::Position> held_since_;  // the first of held_ lies behind it
    std::uint64_t gathered_marker_ = 0;
    std::int64_t gathered_heartbeat_ = 0;
    Guarded<Applied> applied_;
};

}  // namespace wisp::migrator
