// SPDX-License-Identifier: Apache-2.0
// Engine: builds the workers of one migration, starts and stops their threads and walks the stages:
// copy overlapping with replay → retry → catch up → postpone → cut-over. The ghost exists already.
// Runs on the caller's thread; snapshot() from any.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <vector>

#include "base/thread.h"
#include "binlog/streamer.h"
#include "migrator/applier.h"
#include "migrator/changelog.h"
#include "migrator/copier.h"
#include "migrator/in_flight.h"
#include "migrator/options.h"
#include "migrator/plan.h"
#include "migrator/progress.h"
#include "migrator/route.h"
#include "migrator/run_lock.h"
#include "migrator/statement_guard.h"
#include "migrator/xa_watch.h"
#include "throttle/throttler.h"

namespace wisp::migrator {

class CutoverDriver;

class Engine {
  public:
    /// `start`: end of the streamed server's binlog, read after the ghost was made.
    Engine(const Plan& plan, const MigrationOptions& options, const Route& route, RunLock& run_lock,
           binlog::Position start);
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    ~Engine();

    /// Until the tables are swapped. Throws Stopped, Refusal, binlog::StreamError or mysql::Error;
    /// then the source table is as it was and no thread is left.
    void run(std::stop_token stop);

    /// True once a chunk may have been copied: the ghost then holds rows.
    [[nodiscard]] bool copying_began() const { return progress_.copy_began != 0; }
    [[nodiscard]] ProgressSnapshot snapshot() const;

  private:
    void start_threads();
    void stop_threads();
    void rethrow_thread_failures();
    void start_applier();
    void stop_applier();
    std::unique_ptr<Thread> thread(const char* name, std::function<void(std::stop_token)> body);

    void beat(const std::stop_token& stop);
    void count_rows(const std::stop_token& stop);
    void deliver(binlog::Transaction&& transaction, const std::stop_token& stop);

    void prove_start();
    void await_prepared_xa();
    void copy();
    void run_copiers();
    void retry_missing();
    void settle_held_rows();
    void await_postponement();
    void cut_over();
    void carry_auto_increment();
    [[nodiscard]] bool try_cut_over();
    void finish_swap(CutoverDriver& driver) const;
    /// Runs `work` over the control connection, again when that was lost: it must bear repetition.
    void with_control(const std::function<void(mysql::Connection&)>& work);
    void write_control(const std::string& statement);
    [[nodiscard]] std::set<std::string> prepared_xa();
    /// Writes a marker and waits until the applier has passed it; returns how long that took.
    std::chrono::steady_clock::duration pass_marker(std::chrono::seconds limit);
    void catch_up();
    void throw_if_stopped() const;

    const Plan& plan_;
    const MigrationOptions& options_;
    const Route& route_;
    RunLock& run_lock_;           // the heartbeat thread's during run()
    mysql::Connector connector_;  // to the server that is read and written
    std::unique_ptr<mysql::Connection> control_;

    Progress progress_;
    ChangeQueue queue_;
    InFlight in_flight_;
    XaWatch xa_watch_;
    StatementGuard guard_;
    Ranges ranges_;
    Applier applier_;
    binlog::Streamer streamer_;
    throttle::SharedKnobs knobs_;
    throttle::Throttler throttler_;

    std::stop_source ending_;  // set by the operator or by the first thread that fails
    std::unique_ptr<Thread> streamer_thread_;
    std::unique_ptr<Thread> throttler_thread_;
    std::unique_ptr<Thread> heartbeat_thread_;
    std::unique_ptr<Thread> counter_thread_;
    std::unique_ptr<Thread> applier_thread_;
    std::vector<std::unique_ptr<Thread>> copiers_;
    /// Above every marker of an earlier run: its rows may still be on their way through a lagging
    /// replica and must not pass for ours.
    std::uint64_t marker_ = static_cast<std::uint64_t>(now_microseconds());
};

}  // namespace wisp::migrator
