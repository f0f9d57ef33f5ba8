// SPDX-License-Identifier: Apache-2.0
// Method: what differs, below the job, between the commands that the engine runs: how the run knows
// where it is, how rows move, how ghost and source are compared, how the ghost takes the table's
// place. Made by the job together with the route.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "migrator/checkpoint.h"
#include "migrator/row_mover.h"
#include "migrator/signs.h"
#include "migrator/verify/comparison.h"
#include "mysql/endpoint.h"

namespace wisp::migrator {

class Applier;
class Progress;
class StatementGuard;

/// The run as its last stage sees it.
struct SwapContext {
    Applier& applier;  // stopped
    StatementGuard& guard;
    Progress& progress;
    const std::vector<Difference>& moving;  // keys that never stood still while they were compared
    std::function<void()> start_applier;
    std::function<void()> stop_applier;
    /// Between the swaps of two ghosts, with the applier running: until nothing holds the next one
    /// back, and what was written meanwhile is in it.
    std::function<void()> await_next;
    /// The ghost on this further server has the table's name: it is written no more. The applier
    /// must stand.
    std::function<void(const mysql::Endpoint&)> leave;
    std::function<void()> stop_threads;
    std::stop_token stop;
};

/// How the ghost takes the table's place.
class Swap {
  public:
    virtual ~Swap() = default;
    /// Before an attempt, while replay goes on: what need not wait for it.
    virtual void prepare(mysql::Connection& control) = 0;
    /// One attempt; the applier is stopped, and stopped again at the end. Why it failed, and then
    /// everything is as before; nullopt: done. Throws Ambiguous, Refusal, mysql::Error.
    [[nodiscard]] virtual std::optional<std::string> attempt(const SwapContext& run) = 0;
};

struct Method {
    std::unique_ptr<Signs> signs;
    std::function<std::unique_ptr<RowMover>()> mover;
    std::function<std::unique_ptr<RowComparison>()> comparison;
    std::unique_ptr<Swap> swap;
    /// Rows that verification finds different are copied again; else they end the run.
    bool recopies = true;
    /// Writes a checkpoint over a connection to the server that is written; none: there are no
    /// checkpoints. Throws mysql::Error.
    std::function<void(mysql::Connection&, const Reached&)> save = {};
};

}  // namespace wisp::migrator
