// SPDX-License-Identifier: Apache-2.0
#include "migrator/engine.h"

#include <fmt/format.h>

#include <filesystem>
#include <random>
#include <set>

#include "base/fault.h"
#include "base/log.h"
#include "migrator/changelog.h"
#include "migrator/cutover_driver.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/identifier.h"
#include "throttle/options.h"

namespace wisp::migrator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr unsigned kRetryRounds = 5;

std::vector<std::unique_ptr<throttle::Source>> throttle_sources(
    const MigrationOptions& options, const Plan& plan, const Route& route,
    const throttle::SharedKnobs& knobs) {
    return throttle::make_sources(options.throttle,
                                  {route.write, route.inspect, plan.names.changelog}, knobs);
}

binlog::StreamerOptions streamer_options(const Plan& plan) {
    binlog::StreamerOptions options;
    options.hints = {plan.hints, {}};
    return options;
}

}  // namespace

Engine::Engine(const Plan& plan, const MigrationOptions& options, const Route& route,
               RunLock& run_lock, binlog::Position start)
    : plan_(plan),
      options_(options),
      route_(route),
      run_lock_(run_lock),
      connector_(route.write, route.session),
      queue_(options.queue_bytes),
      guard_(plan.names.source, {plan.names.ghost, plan.names.changelog, plan.names.swap_ghost,
                                 plan.names.swap_old, plan.names.old}),
      ranges_(Chunker(plan, options.chunk_rows, options.chunk_time)),
      applier_(plan, options, queue_, in_flight_, xa_watch_, progress_),
      streamer_(route.stream, std::move(start), {plan.names.source, plan.names.changelog},
                streamer_options(plan)),
      knobs_(std::make_shared<Guarded<throttle::Knobs>>(options.knobs)),
      throttler_(throttle_sources(options, plan, route, knobs_),
                 [this](const throttle::Verdict&) { ending_.request_stop(); }) {
    progress_.rows_estimated = plan.source.estimated_rows;
}

Engine::~Engine() {
    stop_threads();
}

void Engine::run(std::stop_token stop) {
    const std::stop_callback forward(stop, [this] { ending_.request_stop(); });
    try {
        control_ = connector_.connect();
        start_threads();
        prove_start();
        await_prepared_xa();
        copy();
        retry_missing();
        settle_held_rows();
        cut_over();
    } catch (...) {
        ending_.request_stop();
        stop_threads();
        rethrow_thread_failures();  // the cause, where ours is only its echo
        throw;
    }
    stop_threads();
}

// --- threads ------------------------------------------------------------------------------------

std::unique_ptr<Thread> Engine::thread(const char* name,
                                       std::function<void(std::stop_token)> body) {
    return std::make_unique<Thread>(name, std::move(body), [this] { ending_.request_stop(); });
}

void Engine::start_threads() {
    streamer_thread_ = thread("streamer", [this](std::stop_token stop) {
        streamer_.run(stop, [&](binlog::Transaction&& t) { deliver(std::move(t), stop); });
    });
    heartbeat_thread_ = thread("heartbeat", [this](std::stop_token stop) { beat(stop); });
    throttler_thread_ = thread("throttler", [this](std::stop_token stop) { throttler_.run(stop); });
    if (options_.exact_rowcount) {
        counter_thread_ = thread("counter", [this](std::stop_token stop) { count_rows(stop); });
    }
    start_applier();
}

void Engine::start_applier() {
    applier_thread_ = thread("applier", [this](std::stop_token stop) {
        applier_.run(stop, ending_.get_token(), connector_, throttler_);
    });
}

void Engine::stop_applier() {
    if (!applier_thread_) return;
    applier_thread_->request_stop();
    applier_thread_->join();
    applier_thread_->rethrow();
    applier_thread_.reset();
}

void Engine::stop_threads() {
    std::vector<Thread*> all{streamer_thread_.get(), throttler_thread_.get(),
                             heartbeat_thread_.get(), counter_thread_.get(), applier_thread_.get()};
    for (const auto& copier : copiers_) all.push_back(copier.get());
    for (Thread* thread : all) {
        if (thread != nullptr) thread->request_stop();
    }
    queue_.close();
    for (Thread* thread : all) {
        if (thread != nullptr) thread->join();
    }
}

void Engine::rethrow_thread_failures() {
    for (auto* thread : {&streamer_thread_, &applier_thread_, &heartbeat_thread_,
                         &throttler_thread_, &counter_thread_}) {
        if (*thread) (*thread)->rethrow();
    }
    for (const auto& copier : copiers_) copier->rethrow();
    const auto verdict = throttler_.verdict();
    if (verdict.aborts()) {
        throw Stopped("ended by " + throttle::describe(verdict, steady_clock::now()));
    }
}

void Engine::deliver(binlog::Transaction&& transaction, const std::stop_token& stop) {
    guard_.check(transaction);
    const std::size_t bytes = transaction.bytes;
    if (transaction.changes.empty()) return;
    static_cast<void>(queue_.push(std::move(transaction), bytes, stop));
}

void Engine::beat(const std::stop_token& stop) {
    // Through the session of the run lock: a lost lock is noticed and taken again at once.
    do {
        try {
            mysql::Connection& session = run_lock_.session(stop);
            const std::stop_callback cancel(stop, [&] { session.cancel(); });
            session.execute(write_heartbeat(plan_.names.changelog, now_microseconds()));
        } catch (const mysql::Error& error) {
            if (stop.stop_requested()) return;
            if (error.kind() != mysql::ErrorKind::kLost && !error.retryable()) throw;
        }
    } while (pause(stop, options_.heartbeat));
}

void Engine::count_rows(const std::stop_token& stop) {
    const auto connection = mysql::Connector(route_.inspect, route_.session).connect();
    const std::stop_callback cancel(stop, [&] { connection->cancel(); });
    try {
        const auto rows =
            connection->scalar("SELECT COUNT(*) FROM " + sql::quote(plan_.names.source));
        progress_.rows_estimated = std::stoull(rows.value_or("0"));
        log::info("counted rows={}", progress_.rows_estimated.load());
    } catch (const mysql::Error& error) {
        if (!stop.stop_requested()) log::warn("rows could not be counted: {}", error.what());
    }
}

void Engine::throw_if_stopped() const {
    if (ending_.stop_requested()) throw Stopped("stopped on request");
}

// --- stages -------------------------------------------------------------------------------------

steady_clock::duration Engine::pass_marker(seconds limit) {
    const auto began = steady_clock::now();
    const std::uint64_t marker = ++marker_;
    write_control(write_marker(plan_.names.changelog, marker));
    const bool passed = applier_.applied().wait_for(
        ending_.get_token(), limit, [&](const Applied& a) { return a.marker >= marker; });
    throw_if_stopped();
    return passed ? steady_clock::now() - began : steady_clock::duration::max();
}

void Engine::write_control(const std::string& statement) {
    with_control([&](mysql::Connection& control) { control.execute(statement); });
}

void Engine::with_control(const std::function<void(mysql::Connection&)>& work) {
    for (;;) {
        throw_if_stopped();
        try {
            if (!control_->usable()) control_ = connector_.connect_with_retry(ending_.get_token());
            const std::stop_callback cancel(ending_.get_token(), [this] { control_->cancel(); });
            work(*control_);
            return;
        } catch (const mysql::Error& error) {
            if (error.kind() != mysql::ErrorKind::kLost && !error.retryable()) throw;
            if (!control_->usable()) log::warn("a connection is made anew: {}", error.what());
        }
    }
}

void Engine::prove_start() {
    // The marker was written after the start position was read. Its return proves everything before
    // that position visible (R2), its arrival that the whole way works.
    constexpr seconds kLimit{60};
    static_cast<void>(throttler_.wait_until_clear(ending_.get_token(), throttle::Writer::kApply));
    if (pass_marker(kLimit) == steady_clock::duration::max()) {
        throw Refusal(fmt::format(
            "our own write to {} did not come back through the binlog of {} within {} s; check that"
            " replication runs there and that no filter (binlog-do-db, replicate-*) hides it",
            sql::quote(plan_.names.changelog), route_.stream.label(), kLimit.count()));
    }
}

void Engine::await_prepared_xa() {
    // Rows of XA transactions prepared before our start are not in our stream; once they are
    // decided, the copy sees them.
    std::set<std::string> old;
    try {
        old = prepared_xa();
    } catch (const mysql::Error& error) {
        if (error.kind() == mysql::ErrorKind::kLost) throw;
        log::warn(
            "prepared XA transactions cannot be listed ({}); one that is committed now will"
            " stop the run; GRANT XA_RECOVER_ADMIN to avoid that",
            error.server_text());
    }
    for (bool said = false; !old.empty(); said = true) {
        if (!said) {
            log::warn(
                "waiting for {} XA transactions prepared before the start; decide them with XA"
                " COMMIT or XA ROLLBACK (see XA RECOVER)",
                old.size());
        }
        static_cast<void>(pause(ending_.get_token(), milliseconds(200)));
        throw_if_stopped();
        std::set<std::string> still;
        for (const auto& xid : prepared_xa()) {
            if (old.contains(xid)) still.insert(xid);
        }
        old = std::move(still);
    }
    // Their commits may still be on the way through the binlog.
    static_cast<void>(pass_marker(seconds(600)));
    guard_.expect_no_unseen_xa();
}

std::set<std::string> Engine::prepared_xa() {
    std::set<std::string> xids;
    with_control([&](mysql::Connection& control) { xids = prepared_xids(control); });
    return xids;
}

void Engine::copy() {
    progress_.stage = Stage::kCopying;
    progress_.copy_began = now_microseconds();
    log::info("copying table={} key={} copiers={}", plan_.names.source.table,
              plan_.key.source_index_name, options_.copiers);
    run_copiers();
    progress_.copy_ended = now_microseconds();
    log::info("copied rows={} chunks={}", progress_.rows_copied.load(), progress_.chunks.load());
    fault::point("copy.done");
}

void Engine::run_copiers() {
    Guarded<unsigned> running(options_.copiers);
    copiers_.clear();
    for (unsigned number = 0; number < options_.copiers; ++number) {
        copiers_.push_back(thread("copier", [this, number, &running](std::stop_token stop) {
            struct Done {
                Guarded<unsigned>& running;
                ~Done() {
                    running.write([](unsigned& n) { --n; });
                }
            };
            const Done done{running};
            Copier(plan_, number, ranges_, in_flight_, xa_watch_, progress_)
                .run(stop, connector_, throttler_);
        }));
    }
    running.wait(ending_.get_token(), [](unsigned n) { return n == 0; });
    for (const auto& copier : copiers_) copier->request_stop();
    for (const auto& copier : copiers_) copier->join();
    for (const auto& copier : copiers_) copier->rethrow();
    throw_if_stopped();
    // Copiers also return when the throttler ends the run; then the copy is not complete.
    if (!ranges_.exhausted()) throw Stopped("the copy was ended before its last chunk");
}

void Engine::retry_missing() {
    // R7: rows a chunk could not place because another unique key stood in the way, or that were
    // inserted after its read. At a later position most are there already.
    for (unsigned round = 1;; ++round) {
        catch_up();
        const auto again = ranges_.start_retry();
        if (again.empty()) return;
        if (round > kRetryRounds) {
            throw Refusal(fmt::format(
                "rows of {} do not fit into the new table: another unique key of it holds them "
                "back."
                " The first of them: {}. Remove the duplicates, or leave the unique key out of the"
                " ALTER",
                sql::quote(plan_.names.source), again.front().keys.substr(0, 1'000)));
        }
        progress_.stage = Stage::kRetrying;
        log::info("copying again what other unique keys held back round={} ranges={}", round,
                  again.size());
        run_copiers();
    }
}

void Engine::settle_held_rows() {
    for (unsigned round = 0; applier_.applied().copy().held_rows > 0; ++round) {
        if (round < kRetryRounds) {
            catch_up();
            continue;
        }
        stop_applier();
        std::string rows;
        for (const auto& row : applier_.describe_held(5)) rows += " " + row;
        throw Refusal(fmt::format(
            "rows of {} do not fit into the new table: a unique key that the ALTER adds holds them"
            " back:{}. Remove the duplicates, or leave the unique key out of the ALTER",
            sql::quote(plan_.names.source), rows));
    }
}

void Engine::catch_up() {
    progress_.stage = Stage::kCatchingUp;
    // What is on its way now must fit well into the time the lock may be held.
    const milliseconds close = milliseconds(options_.cut_over_lock_timeout) / 4;
    while (pass_marker(seconds(5)) > close) {
        log::debug("the applier is behind backlog_bytes={}", queue_.bytes());
    }
}

void Engine::await_postponement() {
    const std::string& file = options_.postpone_flag_file;
    if (file.empty()) return;
    std::error_code ignored;  // a file that cannot be looked at does not exist for us
    bool said = false;
    while (std::filesystem::exists(file, ignored)) {
        progress_.stage = Stage::kPostponed;
        if (!std::exchange(said, true)) log::info("cut-over is postponed while {} exists", file);
        static_cast<void>(pause(ending_.get_token(), milliseconds(100)));
        throw_if_stopped();
    }
}

void Engine::cut_over() {
    std::minstd_rand random(std::random_device{}());
    for (unsigned attempt = 1; attempt <= options_.cut_over_attempts; ++attempt) {
        await_postponement();
        static_cast<void>(
            throttler_.wait_until_clear(ending_.get_token(), throttle::Writer::kCopy));
        throw_if_stopped();
        catch_up();
        settle_held_rows();
        progress_.stage = Stage::kCuttingOver;
        progress_.cut_over_attempts = attempt;
        if (try_cut_over()) return;
        throw_if_stopped();
        start_applier();
        const auto back_off = milliseconds(std::min(250U << std::min(attempt, 5U), 5'000U));
        const auto jitter = milliseconds(random() % 250);
        static_cast<void>(pause(ending_.get_token(), back_off + jitter));
        throw_if_stopped();
    }
    throw Refusal(
        fmt::format("the cut-over did not succeed in {} attempts; look for long transactions"
                    " or locks on {} and run again",
                    options_.cut_over_attempts, sql::quote(plan_.names.source)));
}

void Engine::carry_auto_increment() {
    // Ids that were given out and deleted again never reach the ghost; the counter must not go
    // back.
    if (plan_.alter.sets_auto_increment || plan_.source.auto_increment == 0) return;
    const std::string question = fmt::format(
        "SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND"
        " TABLE_NAME = {}",
        sql::text_literal(plan_.names.source.schema), sql::text_literal(plan_.names.source.table));
    std::optional<std::string> next;
    with_control([&](mysql::Connection& control) { next = control.scalar(question); });
    if (!next) return;
    write_control(
        fmt::format("ALTER TABLE {} AUTO_INCREMENT = {}", sql::quote(plan_.names.ghost), *next));
}

bool Engine::try_cut_over() {
    stop_applier();
    carry_auto_increment();
    guard_.expect_swap(true);
    CutoverContext context{plan_,     connector_,         applier_, options_.cut_over_lock_timeout,
                           ++marker_, ending_.get_token()};
    const auto driver = control_->server().renames_under_lock()
                            ? make_session_driver(std::move(context))
                            : make_sentry_driver(std::move(context));
    const CutoverState end = run_cutover(*driver);
    if (end == CutoverState::kSwapped) {
        const auto locked =
            std::chrono::duration_cast<std::chrono::microseconds>(driver->locked_for());
        progress_.locked_microseconds = locked.count();
        log::info("swapped locked_ms={:.1f}", static_cast<double>(locked.count()) / 1e3);
        // Nothing more is to come from these; a late error of theirs is none.
        stop_threads();
        finish_swap(*driver);
        return true;
    }
    guard_.expect_swap(false);
    if (end == CutoverState::kAmbiguous) {
        throw Ambiguous(fmt::format(
            "the cut-over's outcome is unclear ({}): nothing more is touched. Look at {}, {}, {} "
            "and"
            " {}: the table with the new columns is the migrated one",
            driver->why(), sql::quote(plan_.names.source), sql::quote(plan_.names.ghost),
            sql::quote(plan_.names.old), sql::quote(plan_.names.swap_old)));
    }
    log::warn("cut-over attempt failed, everything is as before attempt={}: {}",
              progress_.cut_over_attempts.load(), driver->why());
    return false;
}

void Engine::finish_swap(CutoverDriver& driver) const {
    try {
        driver.finish();
    } catch (const mysql::Error& error) {
        log::error(
            "the migration is done, but the old table kept its working name: {}; rename {} to"
            " {} by hand",
            error.what(), sql::quote(plan_.names.swap_old), sql::quote(plan_.names.old));
    }
}

// --- status -------------------------------------------------------------------------------------

ProgressSnapshot Engine::snapshot() const {
    ProgressSnapshot s;
    s.stage = progress_.stage;
    s.rows_estimated = progress_.rows_estimated;
    s.rows_copied = progress_.rows_copied;
    s.chunks = progress_.chunks;
    s.changes_applied = progress_.changes_applied;
    s.changes_written = progress_.changes_written;
    s.backlog_transactions = queue_.size();
    s.backlog_bytes = queue_.bytes();
    const auto now = now_microseconds();
    const auto seconds_since = [&](std::int64_t then) {
        return then == 0 ? 0.0 : static_cast<double>(now - then) / 1e6;
    };
    s.lag_seconds = seconds_since(progress_.heartbeat);
    s.elapsed_seconds =
        std::chrono::duration<double>(steady_clock::now() - progress_.began).count();
    s.copy_seconds = progress_.copy_ended != 0
                         ? static_cast<double>(progress_.copy_ended - progress_.copy_began) / 1e6
                         : seconds_since(progress_.copy_began);
    const auto stream = streamer_.snapshot();
    s.stream_position = stream.received.text();
    const auto verdict = throttler_.verdict();
    if (verdict.holds_writer(throttle::Writer::kCopy) && verdict.leading() != nullptr) {
        s.throttle = verdict.leading()->source + ": " + verdict.leading()->reason;
    }
    s.cut_over_attempts = progress_.cut_over_attempts;
    s.locked_seconds = static_cast<double>(progress_.locked_microseconds) / 1e6;
    return s;
}

}  // namespace wisp::migrator
