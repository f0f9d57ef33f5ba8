// SPDX-License-Identifier: Apache-2.0
// Applier: takes delivered transactions from the queue, folds them into batches and writes them to
// the ghost. Owned by one thread at a time: its own during the copy, the engine's during a
// cut-over, when the last batches must go through the session that holds the table locks.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>

#include "base/bounded_queue.h"
#include "base/guarded.h"
#include "binlog/change.h"
#include "migrator/batch_writer.h"
#include "migrator/in_flight.h"
#include "migrator/options.h"
#include "migrator/plan.h"
#include "migrator/progress.h"
#include "migrator/xa_watch.h"
#include "mysql/connector.h"

namespace wisp::throttle {
class Throttler;
}

namespace wisp::migrator {

using ChangeQueue = BoundedQueue<binlog::Transaction>;

/// What everybody may know of the applier's position.
struct Applied {
    std::uint64_t marker = 0;   // everything before this marker is in the ghost
    std::size_t held_rows = 0;  // rows that another unique key of the ghost holds back
};

class Applier {
  public:
    Applier(const Plan& plan, const MigrationOptions& options, ChangeQueue& queue,
            InFlight& in_flight, XaWatch& xa_watch, Progress& progress);

    /// Until stop: batches over a connection of its own, reconnecting when it is lost. Lock errors
    /// are retried without end but logged; anything else is thrown.
    /// `stop` ends it between two batches, `abort` at once.
    void run(std::stop_token stop, std::stop_token abort, const mysql::Connector& connector,
             const throttle::Throttler& throttler);

    /// Applies over `connection` (autocommit = 0) until `marker` is passed, every range has left
    /// and no repeated delete waits. False: the deadline came first; the batch in work is kept and
    /// written first by whoever applies next. Throws mysql::Error when the connection fails.
    [[nodiscard]] bool drain(mysql::Connection& connection, std::uint64_t marker,
                             std::chrono::steady_clock::time_point deadline, std::stop_token stop);

    /// Where to write from now on. Call only while no thread runs the applier.
    void set_ghost(const sql::TableName& ghost) { writer_.set_ghost(ghost); }

    [[nodiscard]] const Guarded<Applied>& applied() const { return applied_; }
    /// Sentences naming rows that the ghost's other unique keys do not let in (at most `limit`).
    /// Call only while no thread runs the applier.
    [[nodiscard]] std::vector<std::string> describe_held(std::size_t limit);

  private:
    [[nodiscard]] bool gather(std::stop_token stop, std::chrono::milliseconds limit);
    void take(binlog::Transaction& transaction);
    void write(mysql::Connection& connection);
    void publish();

    const Plan& plan_;
    const MigrationOptions& options_;
    ChangeQueue& queue_;
    InFlight& in_flight_;
    XaWatch& xa_watch_;
    Progress& progress_;
    RowReader reader_;
    BatchWriter writer_;
    std::optional<PendingBatch> pending_;  // gathered, not yet known to be in the ghost
    HeldRows held_;
    std::uint64_t gathered_marker_ = 0;
    std::int64_t gathered_heartbeat_ = 0;
    Guarded<Applied> applied_;
};

}  // namespace wisp::migrator
