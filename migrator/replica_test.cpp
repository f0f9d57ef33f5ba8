// SPDX-License-Identifier: Apache-2.0
#include "migrator/replica_test.h"

#include <fmt/format.h>

#include "base/fault.h"
#include "base/log.h"
#include "migrator/applier.h"
#include "migrator/inspector.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "mysql/retry.h"
#include "replica/problem.h"
#include "replica/sql_thread.h"
#include "replica/state.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

constexpr int kSwapsBack = 20;

}  // namespace

ReplicaTest::ReplicaTest(std::unique_ptr<Swap> swap, const Plan& plan, mysql::Connector replica,
                         Signs& signs, const RunHooks& hooks, bool stops)
    : swap_(std::move(swap)),
      plan_(plan),
      replica_(std::move(replica)),
      signs_(signs),
      hooks_(hooks),
      stops_(stops) {}

ReplicaTest::~ReplicaTest() {
    try {
        start_replication();
    } catch (const std::exception& error) {
        log::error(
            "replication of {} was stopped for the test and does not run again: {}; START"
            " REPLICA there",
            replica_.endpoint().label(), error.what());
    }
}

std::optional<std::string> ReplicaTest::attempt(const SwapContext& run) {
    if (auto why = stop_replication(run.stop)) {
        start_replication();
        return why;
    }
    fault::point("test.stopped");
    std::optional<std::string> why;
    try {
        catch_up(run);
        why = swap_->attempt(run);
    } catch (const Ambiguous&) {
        stopped_ = told_ = false;  // its rows might come to a table that is not as they expect it
        throw;
    } catch (...) {
        start_replication();
        throw;
    }
    if (why) {
        start_replication();
        return why;
    }
    stopped_ = told_ = false;  // now it is to stay so, whatever comes
    fault::point("test.swapped");
    swap_back();
    return std::nullopt;
}

std::optional<std::string> ReplicaTest::stop_replication(const std::stop_token& stop) {
    told_ = true;
    if (const auto told = hooks_.run(hooks::Point::kStopReplication, {}, stop); !told) {
        return told.error();
    }
    const auto connection = replica_.connect_with_retry(stop);
    if (!replica::only_channel(*connection).sql_running) return std::nullopt;
    if (!stops_) {
        return fmt::format(
            "replication of {} still runs; with --test-on-replica-skip-replica-stop the hook"
            " on-stop-replication is to stop it",
            replica_.endpoint().label());
    }
    try {
        stopped_ = true;
        replica::stop(*connection);
    } catch (const replica::Problem& problem) {
        return fmt::format("{}; it may stop yet: START REPLICA SQL_THREAD there then",
                           problem.what());
    }
    log::info("stopped the SQL thread of {}", replica_.endpoint().label());
    return std::nullopt;
}

void ReplicaTest::start_replication() {
    if (stopped_) {
        const auto connection = replica_.connect_with_retry({});
        if (!replica::only_channel(*connection).sql_running) replica::start(*connection);
        stopped_ = false;
        log::info("started the SQL thread of {} again", replica_.endpoint().label());
    }
    if (!std::exchange(told_, false)) return;
    const auto told = hooks_.run(hooks::Point::kStartReplication);
    if (!told) log::warn("{}; the run goes on", told.error());
}

/// What came between the stop and the attempt's beginning: the drain under the lock has little
/// time.
void ReplicaTest::catch_up(const SwapContext& run) {
    const auto connection = replica_.connect_with_retry(run.stop);
    const Mark mark = signs_.mark(*connection);
    run.start_applier();
    static_cast<void>(
        run.applier.applied().wait_for(run.stop, std::chrono::seconds(60),
                                       [&](const Applied& a) { return signs_.passed(mark, a); }));
    run.stop_applier();
}

void ReplicaTest::swap_back() {
    const TableNames& names = plan_.names;
    std::string back;
    std::string error;
    for (int attempt = 1; attempt <= kSwapsBack; ++attempt) {
        auto connection = replica_.connect_with_retry({});
        try {
            if (relation(*connection, names.ghost) == Relation::kTable) return;
            // The old table keeps its working name if it could not be renamed after the swap.
            const bool renamed = relation(*connection, names.old) == Relation::kTable;
            back = fmt::format("RENAME TABLE {} TO {}, {} TO {}", sql::quote(names.source),
                               sql::quote(names.ghost),
                               sql::quote(renamed ? names.old : names.swap_old),
                               sql::quote(names.source));
            connection->execute(back);
            log::info("swapped back table={} ghost={}", names.source.table, names.ghost.table);
            return;
        } catch (const mysql::Error& failed) {
            error = failed.what();
            if (failed.kind() == mysql::ErrorKind::kLost) {
                // In doubt: whether it is done shows when nobody works on it any more.
                mysql::bury_session(replica_, connection->id(), {});
            } else if (!failed.retryable()) {
                break;
            }
            log::warn("the tables could not be swapped back attempt={}: {}", attempt, error);
            mysql::pause({}, std::chrono::seconds(1));
        }
    }
    throw Ambiguous(fmt::format(
        "the test went well, but the tables are still swapped on {}, where replication is stopped:"
        " {} is the altered one. Before replication is started run there, after SET SESSION"
        " sql_log_bin=0: {} ({})",
        replica_.endpoint().label(), sql::quote(names.source), back, error));
}

}  // namespace wisp::migrator
