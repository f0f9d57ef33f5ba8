// SPDX-License-Identifier: Apache-2.0
// UpperReplica: a replica of the run, already cut, that another one of the run replicates from. By
// file and position a point of the primary's binlog means nothing to the one below it, which goes
// by the upper one's own binlog: so the upper one is brought to the point, and where its binlog
// ends then is that point for those below. docs/rebuild.md, "Several replicas". Main thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "replica/custody.h"

namespace wisp::migrator {

class UpperReplica {
  public:
    /// `custody`: of the replica, given back by now. `source`: replica::source_of() before the run.
    /// `above`: what it replicates from itself; null: the primary.
    UpperReplica(replica::Custody& custody, std::string source,
                 std::unique_ptr<UpperReplica> above);

    /// Nothing comes down from now on, so no point of the primary that is read after it lies before
    /// what those below have. Returns why not, if its SQL thread does not run; else empty. Throws
    /// Refusal if it, or one above it, has got another source, replica::Problem, mysql::Error.
    [[nodiscard]] std::string stop();
    /// After stop(): waits until it stands at `point` of the primary's binlog, as long as that
    /// takes (with a warning if nothing comes to it), calls `hold_below`, which stops what is below
    /// it, and returns where its own binlog ends. It stands there until go_on(). Nullopt: it did
    /// not stop there, or did not stand still. Throws as stop(), and Stopped.
    [[nodiscard]] std::optional<replica::Point> come_to(const replica::Point& point,
                                                        const std::function<void()>& hold_below,
                                                        const std::stop_token& stop);
    /// It runs on; those above it do already. Throws replica::Problem, mysql::Error.
    void go_on();
    /// Everything there, and above it, is as it was. Does nothing where nothing was changed. What
    /// fails is logged, and tried again by another attempt or at the end (Target::finish()).
    void give_back();

  private:
    void hold();
    [[nodiscard]] bool await(const replica::Point& point, const std::stop_token& stop);
    [[nodiscard]] std::string label();

    replica::Custody& custody_;
    const std::string source_;
    const std::unique_ptr<UpperReplica> above_;
};

/// Throws Refusal if the replica has got another source than `source`: it never comes to a point of
/// the one that we read.
void demand_same_source(mysql::Connection& replica, const std::string& source);

}  // namespace wisp::migrator
