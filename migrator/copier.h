// SPDX-License-Identifier: Apache-2.0
// Copier: the worker loop of one connection: throttle → range → in flight → visibility proof →
// move. Any number of copiers share one Ranges; ranges are disjoint and run in any order.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/guarded.h"
#include "migrator/chunker.h"
#include "migrator/commit_times.h"
#include "migrator/crew.h"
#include "migrator/dials.h"
#include "migrator/finished_ranges.h"
#include "migrator/in_flight.h"
#include "migrator/progress.h"
#include "migrator/row_mover.h"
#include "migrator/signs.h"
#include "migrator/xa_watch.h"
#include "mysql/connector.h"

namespace wisp::throttle {
class Throttler;
}

namespace wisp::migrator {

/// What the copiers share: ranges still to be cut, ranges to be copied again, ranges with missing
/// rows, and what is finished.
class Ranges {
  public:
    /// Only what lies between the finished ranges is cut.
    explicit Ranges(Chunker chunker, FinishedRanges finished = FinishedRanges());

    /// Ranges to be done again first, then new ones; nullopt when there are none.
    [[nodiscard]] std::optional<Range> next(mysql::Connection& connection);
    void note(std::uint64_t rows, std::chrono::steady_clock::duration took);
    /// About so many rows are still to be cut, for so many copiers.
    void expect(std::uint64_t rows, unsigned copiers);
    /// For how many the last chunks are made smaller from now on: those at work.
    void set_workers(unsigned copiers);
    /// The time that a chunk is to take, where its size is steered.
    void set_aim(std::chrono::milliseconds aim, std::chrono::milliseconds slice);
    /// Rows of the range are missing in the ghost: for a later round (R7).
    void add_retry(Range range);
    /// To be copied once more.
    void add(Range range);
    /// True if every range was cut and none waits to be copied again.
    [[nodiscard]] bool exhausted() const;
    /// From now on chunks of `rows`; 0: steered by time.
    void fix_rows(std::size_t rows);
    /// Rows of the next chunk to be cut.
    [[nodiscard]] std::size_t chunk_rows() const;
    /// Moves the ranges of add_retry() to those to be done; returns them.
    [[nodiscard]] std::vector<Range> start_retry();
    /// All rows of the range are committed (R11).
    void finish(const Range& range, std::uint64_t rows);
    [[nodiscard]] FinishedRanges finished() const;
    void set_finished(FinishedRanges finished);

  private:
    struct State {
        Chunker chunker;
        FinishedRanges finished;
        std::deque<Range> again;
        std::vector<Range> retries;
    };
    Guarded<State> state_;
};

/// What all copiers of a run use.
struct CopyContext {
    const Plan& plan;
    Ranges& ranges;
    InFlight& in_flight;
    XaWatch& xa_watch;
    Progress& progress;
    CommitTimes& commit_times;
    Signs& signs;
    Dials* dials = nullptr;  // none: as the chunker was made
    /// Told of each chunk that has to be copied again; any copier's thread. May be empty.
    std::function<void(const std::string& error)> on_retry = {};
};

class Copier {
  public:
    Copier(const CopyContext& context, unsigned number, std::unique_ptr<RowMover> mover);

    /// Until no range is left or stop. Reconnects when the connection is lost; lock errors put the
    /// range back; every other error is thrown.
    void run(std::stop_token stop, const mysql::Connector& connector,
             const throttle::Throttler& throttler, Crew& crew);

  private:
    /// Returns the number of rows read.
    std::uint64_t copy(mysql::Connection& connection, const Range& range,
                       const std::stop_token& stop, const mysql::Connector& connector);
    void turn_dials();
    void copy_missing_again(const Range& range, const Moved& moved);
    void prove_visible(mysql::Connection& reader, InFlight::Ticket ticket,
                       const std::stop_token& stop);

    const Plan& plan_;
    unsigned number_;
    Ranges& ranges_;
    InFlight& in_flight_;
    XaWatch& xa_watch_;
    Progress& progress_;
    CommitTimes& commit_times_;
    Signs& signs_;
    Dials* dials_;
    std::function<void(const std::string&)> on_retry_;
    std::unique_ptr<RowMover> mover_;
};

}  // namespace wisp::migrator
