// SPDX-License-Identifier: Apache-2.0
#include "migrator/rebuild/replica_cut.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/fault.h"
#include "base/log.h"
#include "binlog/gtid_set.h"
#include "migrator/inspector.h"
#include "migrator/progress.h"
#include "migrator/refusal.h"
#include "migrator/table_maker.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "mysql/replica.h"
#include "mysql/retry.h"
#include "replica/gtids.h"
#include "replica/problem.h"
#include "replica/state.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kGaps{60};

mysql::Connector with_lock_wait(const mysql::Connector& connector, std::chrono::seconds limit) {
    mysql::Session session = connector.session();
    session.lock_wait_timeout = limit;
    return {connector.endpoint(), session};
}

std::string described(const replica::Breakage& breakage) {
    return fmt::format("error {}: {}", breakage.error, breakage.text);
}

}  // namespace

bool pass_over_if_broken(replica::Custody& custody, const sql::TableName& table, bool hands_on) {
    mysql::Connection& connection = custody.session();
    const auto before = replica::only_channel(connection);
    if (before.sql_running || before.sql_error == 0) return false;
    const auto breakage = replica::breakage(connection, before);
    const auto named = replica::names_table(breakage, table);
    if (!breakage.of_a_table() || named == false) {
        throw Refusal(
            fmt::format("replication of {} has stopped, and not because of {}: {}; mend that first",
                        connection.endpoint().label(), sql::quote(table), described(breakage)));
    }
    if (hands_on) {
        throw Refusal(fmt::format(
            "replication of {} has stopped because of {} ({}), and replicas below it are rebuilt by"
            " this run, too, which would lose what it passes over; rebuild it alone first, then"
            " those below with it as --host",
            connection.endpoint().label(), sql::quote(table), described(breakage)));
    }
    log::warn("replication of {} has stopped because of this table, it is passed over now: {}",
              connection.endpoint().label(), described(breakage));
    custody.stop();
    custody.stay_stopped();
    custody.ignore(table);
    fault::point("rebuild.ignoring");
    // An applier in parallel has left gaps. If a START is stopped again while it closes them,
    // what lies behind a gap is executed twice (seen on MySQL 9.7), so they are closed first.
    if (!before.by_gtid) static_cast<void>(replica::close_gaps(connection, kGaps, {}));
    custody.start();
    // Where no worker names the table, only this tells whether it was the one.
    constexpr int kLooks = 200;
    for (int look = 0; look < kLooks; ++look) {
        const auto now = replica::only_channel(connection);
        const bool moved =
            now.applied_offset != before.applied_offset || now.applied_file != before.applied_file;
        if (moved && now.sql_running) return true;
        if (!now.sql_running && now.sql_error != 0) {
            throw Refusal(fmt::format(
                "replication of {} stops although {} is passed over: error {}: {}; mend that first",
                connection.endpoint().label(), sql::quote(table), now.sql_error,
                now.sql_error_text));
        }
        mysql::pause({}, milliseconds(10));
    }
    return true;  // a long transaction; a later look will tell
}

ReplicaCut::ReplicaCut(const Plan& plan, const mysql::Connector& primary,
                       const mysql::Connector& replica, replica::Custody& custody, Signs& signs,
                       Standing standing, std::chrono::seconds limit,
                       std::unique_ptr<UpperReplica> upper)
    : plan_(plan),
      signs_(signs),
      standing_(std::move(standing)),
      upper_(std::move(upper)),
      source_(primary),
      replica_(with_lock_wait(replica, limit)),
      custody_(custody) {}

void ReplicaCut::prepare() {
    carry_counter(*source_.connect(), custody_.session(), plan_);
}

std::optional<std::string> ReplicaCut::attempt(const SwapContext& run) {
    std::string why;
    try {
        why = cut(run);
        if (why.empty()) return std::nullopt;
    } catch (const mysql::Error& error) {
        // A replica that was restarted: every session to it is lost, even one that only waited.
        if (error.kind() != mysql::ErrorKind::kLost || is_renamed()) throw;
        why = fmt::format("a connection was lost: {}", error.what());
    } catch (const replica::Problem& problem) {
        if (renamed_) throw;
        why = problem.what();
    }
    run.stop_applier();
    run.applier.hold_at({});
    if (upper_) upper_->give_back();
    custody_.stop();  // it may be on its way to the point still, where it would stay
    if (!pass_over_if_broken(custody_, plan_.names.source, standing_.hands_on)) custody_.start();
    return why;
}

std::string ReplicaCut::cut(const SwapContext& run) {
    if (!primary_ || !primary_->usable()) primary_ = source_.connect_with_retry(run.stop);
    demand_same_source(custody_.session(), standing_.source);
    static_cast<void>(pass_over_if_broken(custody_, plan_.names.source, standing_.hands_on));
    fault::point("rebuild.applier_stopped");
    // Of those above it the topmost: that is enough, and it may run on meanwhile.
    if (upper_) {
        if (auto why = upper_->stop(); !why.empty()) return why;
    } else {
        custody_.stop();
    }
    fault::point("rebuild.stopped");
    if (!await_committed(run.stop)) {
        return fmt::format("{} has transactions that {} has not committed",
                           replica_.endpoint().label(), source_.endpoint().label());
    }
    // Behind everything that either side has: nothing of ours is beyond it.
    point_ = mysql::binlog_status(*primary_).value();
    log::info("cutting replica={} at={}:{} gtids={}", replica_.endpoint().label(), point_.file,
              point_.offset, point_.gtid_set);
    run.applier.hold_at(behind_point());
    run.start_applier();
    // Connected before the replica stands.
    renamer_ = replica_.connect_with_retry(run.stop);
    here_ = point_;
    if (upper_ && !hand_down(run.stop))
        return "the replica above did not come to one point with it";
    // At the point the applier waits and writes nothing, so it need not be stopped first.
    if (!meet(run) || !rename()) {
        return "the replica and the ghost could not be brought to one point, or the table not"
               " renamed";
    }
    renamed_ = true;
    fault::point("rebuild.renamed");
    go_on(run);
    if (upper_) upper_->give_back();
    return {};
}

void ReplicaCut::look_above() {
    if (!standing_.above) return;
    std::string why;
    try {
        if (!above_ || !above_->usable()) above_ = standing_.above->connect();
        const auto status = replica::only_channel(*above_);
        if (status.sql_running && status.io_running) {
            said_above_ = false;
            return;
        }
        why = status.sql_error_text.empty() ? status.last_error : status.sql_error_text;
    } catch (const std::exception& error) {
        why = error.what();
    }
    if (std::exchange(said_above_, true)) return;
    log::warn(
        "{} does not replicate ({}), so nothing comes down to {}; the cut waits until it does",
        standing_.above->endpoint().label(), why.empty() ? "no error" : why,
        replica_.endpoint().label());
}

/// What the applier or the replica has already is in the primary's gtid_executed, so in the point's
/// set: a transaction is in the binlog, and sent, before it is committed (F2), and long before if
/// it waits for a semi-sync replica.
bool ReplicaCut::await_committed(const std::stop_token& stop) {
    if (signs_.changelog() || primary_->server().mariadb() || upper_) return true;  // by positions
    signs_.prove_visible(*primary_, 0, 0, stop);
    constexpr std::chrono::seconds kPatience{60};
    const auto deadline = steady_clock::now() + kPatience;
    while (!replica::errant_since(custody_.session(), *primary_, standing_.errant).empty()) {
        if (stop.stop_requested()) throw Stopped("stopped on request");
        if (steady_clock::now() >= deadline) return false;
        mysql::pause(stop, milliseconds(5));
    }
    return true;
}

/// The applier goes by what the replica goes by: on MySQL the position may be ahead of the GTIDs.
Applier::Beyond ReplicaCut::behind_point() {
    const auto status = replica::only_channel(custody_.session());
    if (replica::goes_by_gtids(custody_.session(), status, point_)) {
        auto set = binlog::GtidSet::parse(point_.gtid_set);
        if (!set) throw Refusal("the GTIDs of the primary cannot be read: " + set.error());
        return [set = std::move(*set)](const binlog::Transaction& transaction) {
            return !transaction.gtid.empty() && !set.contains(transaction.gtid);
        };
    }
    return [end = binlog::Position{point_.file, point_.offset}](
               const binlog::Transaction& transaction) { return transaction.end > end; };
}

bool ReplicaCut::hand_down(const std::stop_token& stop) {
    const auto above = upper_->come_to(
        point_, [&] { custody_.stop(); }, stop);
    if (!above) return false;
    here_ = *above;
    upper_->go_on();
    log::info("replica={} at={}:{} is at={}:{} for those below it", standing_.source, point_.file,
              point_.offset, here_.file, here_.offset);
    return true;
}

bool ReplicaCut::meet(const SwapContext& run) {
    if (!custody_.run_until(here_, run.stop)) return false;
    const auto began = steady_clock::now();
    auto looked = began;
    bool said = false;
    for (auto reached = replica::Reached::kNotYet;;) {
        if (run.stop.stop_requested()) throw Stopped("stopped on request");
        if (reached == replica::Reached::kNotYet) {
            reached = replica::reached(custody_.session(), here_);
            stood_since_ = steady_clock::now();
        }
        if (reached == replica::Reached::kFailed) {
            log::warn("the replica did not stop at the cut; another one is tried");
            return false;
        }
        if (reached == replica::Reached::kYes && run.applier.is_held({point_.file, point_.offset}))
            break;
        if (steady_clock::now() - looked > std::chrono::seconds(1)) {
            looked = steady_clock::now();
            demand_same_source(custody_.session(), standing_.source);
            // It takes long to come there; else it is given back after the rename.
            if (upper_ && reached == replica::Reached::kNotYet) upper_->give_back();
            look_above();
        }
        if (!said && steady_clock::now() - began > std::chrono::seconds(5)) {
            said = true;
            log::info("waiting until {} is at {}:{}", replica_.endpoint().label(), here_.file,
                      here_.offset);
        }
        mysql::pause(run.stop, milliseconds(5));
    }
    if (run.applier.applied().copy().held_rows != 0) {
        log::warn("another unique key of the ghost holds a row back; another cut is tried");
        return false;
    }
    const auto beyond = replica::beyond(custody_.session(), *primary_, here_);
    if (beyond.empty()) return true;
    log::warn("the replica went beyond the cut, another one is tried gtids={}", beyond);
    return false;
}

bool ReplicaCut::rename() {
    was_missing_ = relation(*renamer_, plan_.names.source) == Relation::kNone;
    const std::string source = sql::quote(plan_.names.source);
    const std::string ghost = sql::quote(plan_.names.ghost);
    const std::string statement = was_missing_
                                      ? fmt::format("RENAME TABLE {} TO {}", ghost, source)
                                      : fmt::format("RENAME TABLE {} TO {}, {} TO {}", source,
                                                    sql::quote(plan_.names.old), ghost, source);
    fault::point("rebuild.before_rename");
    try {
        renamer_->execute(statement);
        return true;
    } catch (const mysql::Error& error) {
        if (error.kind() == mysql::ErrorKind::kLost) {
            // In doubt: whether it is done shows when nobody works on it any more.
            mysql::bury_session(replica_, renamer_->id(), {});
            if (is_renamed()) return true;
        } else if (!error.retryable()) {
            throw;
        }
        log::warn("the table could not be renamed on {}: {}; look there for long queries on it",
                  replica_.endpoint().label(), error.what());
        return false;
    }
}

bool ReplicaCut::is_renamed() {
    return relation(custody_.session(), plan_.names.ghost) == Relation::kNone;
}

void ReplicaCut::go_on(const SwapContext& run) {
    constexpr int kAttempts = 3;  // the replica may restart just now
    for (int attempt = 1;; ++attempt) {
        try {
            if (attempt > 1) custody_.stop();  // a restart has started it
            custody_.stop_ignoring();
            custody_.mended();
            custody_.run_in_the_end();
            custody_.start();
            break;
        } catch (const mysql::Error& error) {
            if (error.kind() != mysql::ErrorKind::kLost || attempt == kAttempts) throw;
        }
    }
    const auto stood =
        std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - stood_since_);
    // Of several replicas the one that stood longest.
    run.progress.locked_microseconds =
        std::max<std::int64_t>(run.progress.locked_microseconds, stood.count());
    log::info("cut at={}:{} replica={} sql_thread_stood_ms={:.1f}", point_.file, point_.offset,
              replica_.endpoint().label(), static_cast<double>(stood.count()) / 1e3);
    fault::point("rebuild.started");
    run.stop_threads();
}

void ReplicaCuts::prepare(mysql::Connection& /*control*/) {
    next().prepare();
}

ReplicaCut& ReplicaCuts::next() const {
    const auto left = std::find_if(cuts_.begin(), cuts_.end(),
                                   [](const One& one) { return !one.cut->renamed(); });
    return left == cuts_.end() ? *cuts_.back().cut : *left->cut;
}

std::optional<std::string> ReplicaCuts::attempt(const SwapContext& run) {
    for (const auto& one : cuts_) {
        ReplicaCut& cut = *one.cut;
        if (cut.renamed()) continue;
        if (&one == &cuts_.back()) return cut.attempt(run);
        SwapContext goes_on = run;
        goes_on.stop_threads = [] {};
        if (auto why = cut.attempt(goes_on)) return cut.replica().label() + ": " + *why;
        run.stop_applier();
        run.applier.hold_at({});
        run.leave(cut.replica());
        // The others are written on, so that none of them stands for longer than its own cut.
        run.start_applier();
        one.finish(run.stop);
        run.await_next();
        next().prepare();
        run.stop_applier();
    }
    return std::nullopt;
}

}  // namespace wisp::migrator
