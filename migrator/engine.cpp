// SPDX-License-Identifier: Apache-2.0
#include "migrator/engine.h"

#include "base/log.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/identifier.h"
#include "throttle/load.h"
#include "throttle/sources.h"

namespace wisp::migrator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

throttle::Subjects subjects(const Route& route, const Plan& plan,
                            std::shared_ptr<const throttle::LatencyMeter> commits,
                            std::shared_ptr<const Guarded<std::set<std::string>>> left) {
    throttle::Subjects subjects{route.write, route.inspect, plan.names.changelog,
                                std::move(commits)};
    if (route.one_server()) return subjects;
    subjects.readers.push_back(route.read);
    subjects.followers = route.further;
    subjects.followers.push_back(route.write);
    subjects.left = std::move(left);
    return subjects;
}

throttle::Throttler make_throttler(const MigrationOptions& options, const throttle::Subjects& on,
                                   std::function<void(const throttle::Verdict&)> on_abort) {
    const auto found = std::make_shared<Guarded<std::vector<throttle::Address>>>();
    return throttle::Throttler(throttle::make_sources(on, options.knobs, found),
                               std::move(on_abort),
                               throttle::replica_sources(on, options.knobs, found));
}

binlog::StreamerOptions streamer_options(const Plan& plan) {
    binlog::StreamerOptions options;
    options.hints = {plan.hints, {}};
    return options;
}

std::vector<sql::TableName> watched(const Plan& plan, const Signs& signs) {
    std::vector<sql::TableName> tables{plan.names.source};
    if (const auto changelog = signs.changelog()) tables.push_back(*changelog);
    return tables;
}

}  // namespace

Engine::Engine(const Plan& plan, const MigrationOptions& options, const Route& route, Method method,
               RunLock& run_lock, Reached start, Controls& controls, RunHooks& hooks)
    : plan_(plan),
      options_(options),
      route_(route),
      controls_(controls),
      hooks_(hooks),
      run_lock_(run_lock),
      method_(std::move(method)),
      connector_(route.write, route.session),
      source_connector_(route.read, route.source_session),
      queue_(options.queue_bytes),
      steering_(options.copiers, options.chunk_time, commit_times_,
                [this](const auto& work) { with_source(work); }),
      resumed_(start.no_older_xa),
      guard_(plan.names.source,
             {plan.names.ghost, plan.names.changelog, plan.names.swap_ghost, plan.names.swap_old,
              plan.names.old, plan.names.checkpoint},
             plan.has_changelog, start.no_older_xa, start.swapped),
      ranges_(Chunker(plan, options.chunk_rows, options.chunk_time),
              FinishedRanges(start.finished, start.rows)),
      statistics_(plan.names.ghost),
      applier_(plan, options, controls.dials, queue_, in_flight_, touched_, xa_watch_, progress_,
               *method_.signs, start.position, start.gtid),
      markers_(*method_.signs, applier_.applied()),
      streamer_(route.stream, start.position, watched(plan, *method_.signs),
                streamer_options(plan)),
      throttler_(make_throttler(options, subjects(route, plan, beats_, left_),
                                [this](const throttle::Verdict&) { ending_.request_stop(); })),
      verified_(FinishedRanges(start.verified, start.rows_verified)) {
    for (const auto& server : route.further)
        further_.push_back({{server, route.session}, nullptr, GhostStatistics(plan.names.ghost)});
    progress_.rows_estimated = plan.source.estimated_rows;
    progress_.rows_copied = start.rows;
    progress_.rows_resumed = start.rows;
    progress_.rows_verified = start.rows_verified;
}

Engine::~Engine() {
    stop_threads();
}

void Engine::run(std::stop_token stop) {
    const std::stop_callback forward(stop, [this] { ending_.request_stop(); });
    try {
        control_ = connector_.connect();
        if (!route_.one_server()) source_control_ = source_connector_.connect();
        for (auto& ghost : further_) ghost.control = ghost.connector.connect();
        steering_.watch();
        start_threads();
        // What a resumed run replays before it copies is not to be lost if it ends meanwhile.
        if (resumed_) begin_checkpoints();
        prove_start();
        refuse_null_keys();
        await_prepared_xa();
        if (!resumed_) begin_checkpoints();
        count_first();
        hooks_.demand(hooks::Point::kBeforeRowCopy, {}, ending_.get_token());
        copy();
        retry_missing();
        finish_copy();
        settle_held_rows();
        hooks_.demand(hooks::Point::kRowCopyComplete, {}, ending_.get_token());
        build_indexes();
        verify();
        cut_over();
    } catch (const Ambiguous&) {
        // Whatever else failed meanwhile must not hide that the tables are to be looked at.
        ending_.request_stop();
        stop_threads();
        throw;
    } catch (...) {
        ending_.request_stop();
        stop_threads();
        last_checkpoint(false);
        rethrow_thread_failures();  // the cause, where ours is only its echo
        throw;
    }
    stop_threads();
    last_checkpoint(true);
}

// --- threads ------------------------------------------------------------------------------------

std::unique_ptr<Thread> Engine::thread(const char* name,
                                       std::function<void(std::stop_token)> body) {
    return std::make_unique<Thread>(name, std::move(body), [this] { ending_.request_stop(); });
}

void Engine::start_threads() {
    streamer_thread_ = thread("streamer", [this](std::stop_token stop) {
        const auto deliver = [&](binlog::Transaction&& t) { this->deliver(std::move(t), stop); };
        if (method_.signs->changelog()) return streamer_.run(stop, deliver);
        streamer_.run(stop, deliver,
                      [&](const binlog::Progressed& p) { deliver_position(p, stop); });
    });
    heartbeat_thread_ = thread("heartbeat", [this](std::stop_token stop) { beat(stop); });
    throttler_thread_ = thread("throttler", [this](std::stop_token stop) { throttler_.run(stop); });
    if (options_.exact_rowcount && options_.concurrent_rowcount) {
        counter_thread_ = thread("counter", [this](std::stop_token stop) {
            count_rows(stop);
            const auto told = hooks_.run(hooks::Point::kRowcountComplete, {}, stop);
            if (!told && !stop.stop_requested()) log::warn("{}; the run goes on", told.error());
        });
    }
    start_applier();
}

void Engine::start_applier() {
    std::vector<mysql::Connector> ghosts{connector_};
    for (const auto& ghost : further_) ghosts.push_back(ghost.connector);
    applier_thread_ = thread("applier", [this, ghosts](std::stop_token stop) {
        applier_.run(stop, ending_.get_token(), ghosts, throttler_);
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
    std::vector<Thread*> all{streamer_thread_.get(),  throttler_thread_.get(),
                             heartbeat_thread_.get(), counter_thread_.get(),
                             applier_thread_.get(),   checkpoint_thread_.get()};
    for (const auto& worker : workers_) all.push_back(worker.get());
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
                         &throttler_thread_, &counter_thread_, &checkpoint_thread_}) {
        if (*thread) (*thread)->rethrow();
    }
    for (const auto& worker : workers_) worker->rethrow();
    const auto verdict = throttler_.verdict();
    if (verdict.aborts()) {
        const std::string why = "ended by " + throttle::describe(verdict, steady_clock::now());
        if (verdict.leading()->source == throttle::kLoadSource) throw Overloaded(why);
        throw Stopped(why);
    }
}

std::uint64_t Engine::changes_of_source(const binlog::Transaction& transaction) const {
    std::uint64_t count = 0;
    const void* block = nullptr;
    bool ours = false;
    for (const binlog::Change& change : transaction.changes) {
        if (change.block.get() != block) {
            block = change.block.get();
            ours = change.block->table->table == plan_.names.source.table &&
                   change.block->table->schema == plan_.names.source.schema;
        }
        count += ours ? 1 : 0;
    }
    return count;
}

void Engine::deliver(binlog::Transaction&& transaction, const std::stop_token& stop) {
    guard_.check(transaction);
    if (guard_.before_swap()) pass_over(transaction);
    method_.signs->delivered(transaction.end, transaction.gtid);
    const std::size_t bytes = transaction.bytes;
    if (transaction.changes.empty()) return;
    progress_.changes_delivered += changes_of_source(transaction);
    static_cast<void>(queue_.push(std::move(transaction), bytes, stop));
}

void Engine::pass_over(binlog::Transaction& transaction) {
    for (const binlog::Change& change : transaction.changes) {
        if (change.block->table->table == plan_.names.source.table) continue;
        if (const auto marker = read_changelog(change).marker) marker_passed_over_ = *marker;
    }
    transaction.changes.clear();
}

void Engine::deliver_position(const binlog::Progressed& progressed, const std::stop_token& stop) {
    if (stop.stop_requested()) return;  // a transaction before it may not have been taken
    method_.signs->delivered(progressed.end, progressed.gtid);
    binlog::Transaction empty;
    empty.end = progressed.end;
    empty.gtid = progressed.gtid;
    empty.timestamp = progressed.timestamp;
    empty.undecided_from = progressed.undecided_from;
    static_cast<void>(queue_.push(std::move(empty), sizeof empty, stop));
}

void Engine::beat(const std::stop_token& stop) {
    // Through the session of the run lock: a lost lock is noticed and taken again at once.
    std::unique_ptr<mysql::Connection> source;
    do {
        try {
            mysql::Connection& lock = run_lock_.session(stop);
            const std::stop_callback cancel(stop, [&] { lock.cancel(); });
            if (!method_.signs->changelog()) continue;
            if (!route_.one_server() && (!source || !source->usable())) {
                source = source_connector_.connect();
            }
            mysql::Connection& session = source ? *source : lock;
            const std::stop_callback cancel_source(stop, [&] { session.cancel(); });
            const auto began = steady_clock::now();
            beats_->begin(began);
            method_.signs->beat(session);
            commit_times_.note(steady_clock::now() - began);
            beats_->end(steady_clock::now());
        } catch (const mysql::Error& error) {
            if (stop.stop_requested()) return;
            if (error.kind() != mysql::ErrorKind::kLost && !error.retryable()) throw;
        }
    } while (pause(stop, options_.heartbeat));
}

void Engine::count_rows(const std::stop_token& stop) {
    const auto connection =
        mysql::Connector(route_.inspect.value_or(route_.read), route_.source_session).connect();
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

void Engine::count_first() {
    if (!options_.exact_rowcount || options_.concurrent_rowcount) return;
    progress_.stage = Stage::kCountingRows;
    count_rows(ending_.get_token());
    throw_if_stopped();
    hooks_.demand(hooks::Point::kRowcountComplete, {}, ending_.get_token());
}

void Engine::throw_if_stopped() const {
    controls_.throw_if_ended();
    if (ending_.stop_requested()) throw Stopped("stopped on request");
}

// --- stages -------------------------------------------------------------------------------------

steady_clock::duration Engine::pass_marker(seconds limit) {
    const auto began = steady_clock::now();
    Mark marker;
    with_source([&](mysql::Connection& source) { marker = markers_.place(source); });
    const bool passed = markers_.await(marker, limit, ending_.get_token());
    throw_if_stopped();
    return passed ? steady_clock::now() - began : steady_clock::duration::max();
}

void Engine::write_control(const std::string& statement) {
    with_control([&](mysql::Connection& control) { control.execute(statement); });
}

void Engine::with_control(const std::function<void(mysql::Connection&)>& work) {
    with(connector_, control_, work);
}

void Engine::with_ghosts(const std::function<void(mysql::Connection&)>& work) {
    with_control(work);
    for (auto& ghost : further_) with(ghost.connector, ghost.control, work);
}

void Engine::with_source(const std::function<void(mysql::Connection&)>& work) {
    if (route_.one_server()) return with_control(work);
    with(source_connector_, source_control_, work);
}

void Engine::with(const mysql::Connector& connector, std::unique_ptr<mysql::Connection>& connection,
                  const std::function<void(mysql::Connection&)>& work) {
    for (;;) {
        throw_if_stopped();
        try {
            if (!connection->usable()) {
                connection = connector.connect_with_retry(ending_.get_token());
            }
            const std::stop_callback cancel(ending_.get_token(), [&] { connection->cancel(); });
            work(*connection);
            return;
        } catch (const mysql::Error& error) {
            if (error.kind() != mysql::ErrorKind::kLost && !error.retryable()) throw;
            log::warn(
                "{}: {}",
                connection->usable() ? "a statement is tried again" : "a connection is made anew",
                error.what());
        }
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

// --- status -------------------------------------------------------------------------------------

ProgressSnapshot Engine::snapshot() const {
    ProgressSnapshot s;
    s.stage = progress_.stage;
    s.stages = progress_.stage.times();
    s.rows_estimated = progress_.rows_estimated;
    s.rows_copied = progress_.rows_copied;
    s.rows_resumed = progress_.rows_resumed;
    s.rows_verified = progress_.rows_verified;
    s.chunks = progress_.chunks;
    s.changes_applied = progress_.changes_applied;
    // Read later, so it is not less.
    s.changes_delivered = progress_.changes_delivered;
    s.chunk_seconds = progress_.chunk_seconds.snapshot();
    s.apply_seconds = progress_.apply_seconds.snapshot();
    s.schema = plan_.names.source.schema;
    s.table = plan_.names.source.table;
    s.row_bytes = plan_.source.average_row_bytes;
    s.changes_written = progress_.changes_written;
    s.arriving = progress_.arriving;
    s.replayed = progress_.replayed;
    s.backlog_transactions = queue_.size();
    s.backlog_bytes = queue_.bytes();
    s.backlog_limit_bytes = options_.queue_bytes;
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
    s.binlog_events = stream.events;
    s.binlog_bytes = stream.bytes;
    const auto verdict = throttler_.verdict();
    if (const throttle::Hold* const hold = verdict.leading()) {
        const bool holds = verdict.holds_writer(throttle::Writer::kCopy);
        (holds ? s.throttle : s.slowed) = throttle::describe(*hold, steady_clock::now());
        if (!holds) s.copy_pace = 1 / (1 + verdict.rest);
    }
    s.sources = throttler_.states();
    for (const auto& source : s.sources) {
        const bool inspected = route_.inspect && source.name == "lag " + route_.inspect->label();
        if (inspected && source.measure) s.inspected_lag_seconds = source.measure->value;
    }
    s.throttled_seconds = std::chrono::duration<double>(throttler_.copy_held()).count();
    s.longest_stall_seconds = static_cast<double>(progress_.longest_stall_microseconds) / 1e6;
    if (progress_.checkpoint_moved != 0) {
        s.checkpoint_age_seconds = seconds_since(progress_.checkpoint_moved);
    }
    s.cut_over_attempts = progress_.cut_over_attempts;
    s.locked_seconds = static_cast<double>(progress_.locked_microseconds) / 1e6;
    if (const unsigned one_in = verified_one_in(options_.verify); one_in != 0) {
        s.verify_share = 1.0 / one_in;
    }
    s.eta_seconds = eta_.write([&](Eta& eta) { return eta.update(s); });
    return s;
}

}  // namespace wisp::migrator
