// SPDX-License-Identifier: Apache-2.0
// Copier: the worker loop of one connection: throttle → range → in flight → visibility proof →
// move. Any number of copiers share one Ranges; ranges are disjoint and run in any order.
#pragma once

#include <deque>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/guarded.h"
#include "migrator/chunker.h"
#include "migrator/in_flight.h"
#include "migrator/progress.h"
#include "migrator/row_mover.h"
#include "migrator/xa_watch.h"
#include "mysql/connector.h"

namespace wisp::throttle {
class Throttler;
}

namespace wisp::migrator {

/// What the copiers share: ranges still to be cut, ranges to be copied again, ranges held back.
class Ranges {
  public:
    explicit Ranges(Chunker chunker) : state_(State{std::move(chunker), {}, {}}) {}

    /// Ranges to be done again first, then new ones; nullopt when there are none.
    [[nodiscard]] std::optional<Range> next(mysql::Connection& connection);
    void note(std::chrono::steady_clock::duration took);
    /// Rows of the range are held back by another unique key: for a later round (R7).
    void hold_back(Range range);
    /// True if every range was cut and none waits to be copied again.
    [[nodiscard]] bool exhausted() const;
    /// Moves what was held back to the ranges to be done; returns them.
    [[nodiscard]] std::vector<Range> start_retry();

  private:
    struct State {
        Chunker chunker;
        std::deque<Range> again;
        std::vector<Range> held_back;
    };
    Guarded<State> state_;
};

class Copier {
  public:
    Copier(const Plan& plan, unsigned number, Ranges& ranges, InFlight& in_flight,
           XaWatch& xa_watch, Progress& progress);

    /// Until no range is left or stop. Reconnects when the connection is lost; lock errors put the
    /// range back; every other error is thrown.
    void run(std::stop_token stop, const mysql::Connector& connector,
             const throttle::Throttler& throttler);

  private:
    void copy(mysql::Connection& connection, const Range& range, const std::stop_token& stop,
              const mysql::Connector& connector);
    void hold_back(const Range& range, const Moved& moved);
    void prove_visible(mysql::Connection& connection, InFlight::Ticket ticket,
                       const std::stop_token& stop);

    const Plan& plan_;
    unsigned number_;
    Ranges& ranges_;
    InFlight& in_flight_;
    XaWatch& xa_watch_;
    Progress& progress_;
    std::unique_ptr<RowMover> mover_;
};

}  // namespace wisp::migrator
