// SPDX-License-Identifier: Apache-2.0
// Engine: builds the workers of one migration, starts and stops their threads and walks the stages:
// copy overlapping with replay → retry → build indexes → verify → catch up → postpone → cut-over.
// The ghost exists already. Runs on the caller's thread; snapshot() from any.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <vector>

#include "base/thread.h"
#include "binlog/streamer.h"
#include "migrator/applier.h"
#include "migrator/changelog.h"
#include "migrator/commit_times.h"
#include "migrator/controls.h"
#include "migrator/copier.h"
#include "migrator/crew_steering.h"
#include "migrator/eta.h"
#include "migrator/ghost_statistics.h"
#include "migrator/in_flight.h"
#include "migrator/method.h"
#include "migrator/options.h"
#include "migrator/plan.h"
#include "migrator/progress.h"
#include "migrator/route.h"
#include "migrator/run_hooks.h"
#include "migrator/run_lock.h"
#include "migrator/statement_guard.h"
#include "migrator/verify/verifier.h"
#include "migrator/xa_watch.h"
#include "throttle/commit_latency.h"
#include "throttle/throttler.h"

namespace wisp::migrator {

class Engine {
  public:
    /// `start`: where the method's signs say, after the ghost was made, with nothing finished; or
    /// what a checkpoint holds.
    Engine(const Plan& plan, const MigrationOptions& options, const Route& route, Method method,
           RunLock& run_lock, Reached start, Controls& controls, RunHooks& hooks);
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
    [[nodiscard]] std::uint64_t changes_of_source(const binlog::Transaction& transaction) const;
    /// What the log has from before the swap that is taken back: of the old table, of another run.
    void pass_over(binlog::Transaction& transaction);
    void count_rows(const std::stop_token& stop);
    void deliver(binlog::Transaction&& transaction, const std::stop_token& stop);
    void deliver_position(const binlog::Progressed& progressed, const std::stop_token& stop);

    // start_stage.cpp
    void prove_start();
    void refuse_unseen_swap(const Mark& marker) const;
    void refuse_null_keys();
    void await_prepared_xa();
    [[nodiscard]] std::set<std::string> prepared_xa();
    // copy_stage.cpp
    void copy();
    void run_copiers();
    /// Runs `body` in as many threads as there may be workers, until all of them have returned.
    void run_workers(const char* name,
                     const std::function<void(unsigned number, Crew&, std::stop_token)>& body);
    void keep_statistics();
    void retry_missing();
    /// Every row is in the ghost, or held back by one of its unique keys.
    void finish_copy();
    void settle_held_rows();
    // checkpoint_stage.cpp
    void begin_checkpoints();
    void write_checkpoints(const std::stop_token& stop);
    void save_checkpoint(mysql::Connection& connection, bool swapped);
    /// At once, over the control connection.
    void checkpoint_now();
    /// When no thread is left; a failure is only logged.
    void last_checkpoint(bool swapped);
    [[nodiscard]] Reached reached() const;
    // index_stage.cpp
    void build_indexes();
    /// One statement that may take hours, on a session of its own that is killed when the run ends.
    void alter_ghost(const std::string& statement);
    [[nodiscard]] bool indexes_are_built();
    void check_definition();
    // verify/stage.cpp
    void verify();
    void repair(const std::vector<Difference>& differences);
    [[nodiscard]] VerifyContext verify_context();
    void count_first();
    // cutover_stage.cpp
    void await_postponement();
    /// Calls the hook, once with success. If it fails the swap is neither nearer nor further.
    void tell_postponed();
    /// Until nothing holds the swap back: the operator, a source.
    void await_clear();
    [[nodiscard]] bool is_held_back() const;
    void cut_over();
    /// Why this attempt did not swap the tables; nullopt if it did.
    [[nodiscard]] std::optional<std::string> try_cut_over();
    [[nodiscard]] std::optional<std::string> attempt_cut_over(unsigned attempt);
    void analyze_ghost();
    void tell_failed_attempt(unsigned attempt, const std::string& why);
    [[nodiscard]] std::string blockers();
    void back_off(unsigned attempt);
    /// Runs `work` over the control connection, again when that was lost: it must bear repetition.
    void with_control(const std::function<void(mysql::Connection&)>& work);
    /// The same over one to the server that is read.
    void with_source(const std::function<void(mysql::Connection&)>& work);
    void with(const mysql::Connector& connector, std::unique_ptr<mysql::Connection>& connection,
              const std::function<void(mysql::Connection&)>& work);
    /// The same over one to each server that is written.
    void with_ghosts(const std::function<void(mysql::Connection&)>& work);
    void write_control(const std::string& statement);
    /// Writes a marker and waits until the applier has passed it; returns how long that took.
    std::chrono::steady_clock::duration pass_marker(std::chrono::seconds limit);
    void catch_up();
    void throw_if_stopped() const;

    const Plan& plan_;
    const MigrationOptions& options_;
    const Route& route_;
    Controls& controls_;
    RunHooks& hooks_;
    RunLock& run_lock_;  // the heartbeat thread's during run()
    const Method method_;
    mysql::Connector connector_;         // to the server that is written
    mysql::Connector source_connector_;  // to the one that is read
    std::unique_ptr<mysql::Connection> control_;
    std::unique_ptr<mysql::Connection> source_control_;  // where that is another server
    struct FurtherGhost {
        mysql::Connector connector;
        std::unique_ptr<mysql::Connection> control;
        GhostStatistics statistics;
    };
    std::vector<FurtherGhost> further_;  // changed only while the applier stands

    Progress progress_;
    mutable Guarded<Eta> eta_;  // goes on with each snapshot
    ChangeQueue queue_;
    InFlight in_flight_;
    TouchedKeys touched_;
    XaWatch xa_watch_;
    CommitTimes commit_times_;
    CrewSteering steering_;
    const bool resumed_;  // by an earlier run's checkpoint
    StatementGuard guard_;
    std::atomic<std::uint64_t> marker_passed_over_{0};  // newest before the swap
    Ranges ranges_;
    GhostStatistics statistics_;
    Applier applier_;
    Markers markers_;
    binlog::Streamer streamer_;
    /// Servers of further ghosts that are written no more.
    std::shared_ptr<Guarded<std::set<std::string>>> left_ =
        std::make_shared<Guarded<std::set<std::string>>>();
    std::shared_ptr<throttle::LatencyMeter> beats_ = std::make_shared<throttle::LatencyMeter>();
    throttle::Throttler throttler_;

    std::stop_source ending_;  // set by the operator or by the first thread that fails
    std::unique_ptr<Thread> streamer_thread_;
    std::unique_ptr<Thread> throttler_thread_;
    std::unique_ptr<Thread> heartbeat_thread_;
    std::unique_ptr<Thread> counter_thread_;
    std::unique_ptr<Thread> applier_thread_;
    std::unique_ptr<Thread> checkpoint_thread_;
    /// What is read of the run and what is written of it: no older checkpoint over a newer one.
    std::mutex saving_;
    binlog::Position saved_position_;  // of the newest checkpoint
    bool began_checkpoints_ = false;
    std::vector<std::unique_ptr<Thread>> workers_;  // copiers, later verifiers
    bool told_postponed_ = false;                   // the hook was called
    std::chrono::steady_clock::time_point tell_postponed_next_{};
    bool analyzed_ = false;
    Guarded<FinishedRanges> verified_;  // by this run and those it goes on with
    std::vector<Difference> moving_;    // to be compared under the cut-over's lock
};

}  // namespace wisp::migrator
