// SPDX-License-Identifier: Apache-2.0
#include "migrator/applier.h"

#include <fmt/format.h>

#include "base/fault.h"
#include "base/log.h"
#include "migrator/changelog.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "mysql/retry.h"
#include "sql/identifier.h"
#include "throttle/throttler.h"

namespace wisp::migrator {
namespace {

constexpr std::chrono::milliseconds kIdle{50};
constexpr unsigned kRewritesToTell = 5;
/// Changes are gathered for so long before they are written: each batch is one more commit that the
/// application's commits wait for, and a key that is written again meanwhile is written once.
constexpr std::chrono::milliseconds kGather{100};

bool same_table(const binlog::TableMap& map, const sql::TableName& name) {
    return map.table == name.table && map.schema == name.schema;
}

/// A REPLACE of MySQL that meets a chunk's INSERT of the same row may end with 1062 instead of
/// replacing it (seen on 9.7 with several copiers and a unique key). Written again it does. In a
/// stricter ghost the batch writer holds such rows, so they do not come here.
bool is_clash(const mysql::Error& error, unsigned rewrites) {
    constexpr unsigned kMost = 100;
    return error.kind() == mysql::ErrorKind::kDuplicate && rewrites < kMost;
}

}  // namespace

Applier::Applier(const Plan& plan, const MigrationOptions& options, const Dials& dials,
                 ChangeQueue& queue, InFlight& in_flight, TouchedKeys& touched, XaWatch& xa_watch,
                 Progress& progress, Signs& signs, binlog::Position start, std::string gtid)
    : plan_(plan),
      options_(options),
      dials_(dials),
      queue_(queue),
      in_flight_(in_flight),
      touched_(touched),
      xa_watch_(xa_watch),
      progress_(progress),
      signs_(signs),
      reader_(plan),
      writer_(plan),
      gathered_gtid_(std::move(gtid)),
      settled_(std::move(start)),
      floor_(settled_) {
    applied_.write([&](Applied& applied) {
        applied.resumable = settled_;
        applied.gtid = gathered_gtid_;
    });
}

void Applier::run(std::stop_token stop, std::stop_token abort,
                  const std::vector<mysql::Connector>& ghosts,
                  const throttle::Throttler& throttler) {
    GhostLanes lanes(ghosts, plan_, writer_, options_.apply_lanes, abort);
    pace_.start_over();
    unsigned rewrites = 0;  // of the batch in work
    while (!stop.stop_requested()) {
        if (throttler.verdict().holds_writer(throttle::Writer::kApply)) pace_.start_over();
        if (!throttler.wait_until_clear(stop, throttle::Writer::kApply)) return;
        if (lanes.first(stop) == nullptr) return;
        const bool full = 2 * queue_.bytes() >= queue_.max_bytes();
        try {
            if (!gather(stop, kIdle, More::kAwait)) continue;
            write(lanes, abort);
            rewrites = 0;
            note_pace(full);
            continue;
        } catch (const mysql::Error& error) {
            if (abort.stop_requested()) return;
            if (error.kind() == mysql::ErrorKind::kLost) {
                log::warn("the applier lost a connection and makes a new one: {}", error.what());
            } else if (error.retryable() || is_clash(error, rewrites)) {
                // Now and then is nothing; again and again, somebody holds a lock on the ghost.
                if (++rewrites % kRewritesToTell == 0) {
                    log::warn("a batch is written for the {}th time: {}", rewrites + 1,
                              error.what());
                }
                log::debug("a batch is written again: {}", error.what());
            } else {
                throw;
            }
        }
        try {
            lanes.mend();
        } catch (const mysql::Error&) {
            if (abort.stop_requested()) return;
            throw;
        }
    }
}

bool Applier::drain(mysql::Connection& connection, const Mark& mark,
                    std::chrono::steady_clock::time_point deadline, std::stop_token stop) {
    const auto done = [&] {
        return applied_.read([&](const Applied& a) { return signs_.passed(mark, a); }) &&
               !pending_ && in_flight_.empty();
    };
    while (!done()) {
        const auto now = std::chrono::steady_clock::now();
        if (now >= deadline || stop.stop_requested()) return false;
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - now);
        if (!gather(stop, left, More::kTake)) continue;
        try {
            // The locking session alone may write the ghost now.
            if (pending_->batch.reads_source()) prove_visible(connection, true, stop);
            settle(pending_->empty() ? HeldRows{} : writer_.write(connection, whole(*pending_)));
        } catch (const mysql::Error& error) {
            if (!error.retryable()) throw;
        }
    }
    return true;
}

bool Applier::gather(std::stop_token stop, std::chrono::milliseconds limit, More more) {
    if (pending_) return true;
    auto transaction = next(stop, in_flight_.has_released() ? decltype(limit){0} : limit);
    if (!transaction && !in_flight_.has_released()) return false;
    pending_ = std::make_shared<PendingBatch>();
    const auto end = std::chrono::steady_clock::now() + kGather;
    const std::uint64_t marker = gathered_marker_;
    // Whole transactions only: a batch is the state of the source at one position (R6).
    while (transaction) {
        take(*transaction);
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            end - std::chrono::steady_clock::now());
        if (is_large() || left.count() <= 0) break;
        // Somebody waits for a marker. On another server nobody's commits wait for ours.
        const bool await = more == More::kAwait && plan_.one_server && gathered_marker_ == marker;
        transaction = next(stop, await ? left : decltype(left){0});
    }
    for (const auto& [identity, state] : held_) pending_->batch.add_held(identity, state);
    touched_.note(pending_->batch, reader_);
    pending_->repeated_deletes = in_flight_.note(pending_->batch, reader_, floor_);
    if (fault::rule_off("R3")) pending_->repeated_deletes.clear();
    return true;
}

void Applier::hold_at(Beyond beyond) {
    beyond_ = std::move(beyond);
    applied_.write([](Applied& applied) { applied.held = false; });
}

bool Applier::is_held(const binlog::Position& position) const {
    return applied_.read([&](const Applied& a) {
        return a.held || (!a.position.empty() && a.position >= position);
    });
}

std::optional<binlog::Transaction> Applier::next(const std::stop_token& stop,
                                                 std::chrono::milliseconds limit) {
    if (!parked_) parked_ = queue_.pop(stop, limit);
    if (beyond_ && parked_ && beyond_(*parked_)) {
        // Only between two batches: what was gathered is not in the ghost yet.
        if (!pending_) applied_.write([](Applied& applied) { applied.held = true; });
        if (!pending_ && limit.count() > 0) static_cast<void>(mysql::pause(stop, limit));
        return std::nullopt;
    }
    return std::exchange(parked_, std::nullopt);
}

bool Applier::is_large() const {
    // By keys and not by changes: a row that is written a thousand times costs one write.
    return pending_->batch.states().size() >= dials_.batch_rows ||
           pending_->batch.bytes() >= options_.batch_bytes;
}

void Applier::take(binlog::Transaction& transaction) {
    gathered_position_ = transaction.end;
    undecided_from_ = transaction.undecided_from;
    if (!transaction.gtid.empty()) gathered_gtid_ = transaction.gtid;
    if (!transaction.decided_xa.empty()) xa_watch_.note(transaction.decided_xa);
    if (transaction.changes.empty()) {  // only tells how far the binlog is
        gathered_heartbeat_ =
            std::max(gathered_heartbeat_, std::int64_t{transaction.timestamp} * 1'000'000);
    }
    for (const binlog::Change& change : transaction.changes) {
        if (same_table(*change.block->table, plan_.names.source)) {
            const bool discarded = fault::rule_off("R4") && !in_flight_.empty() &&
                                   change.kind == binlog::ChangeKind::kInsert;
            if (!discarded) pending_->batch.add(change, reader_);
            continue;
        }
        const ChangelogEntry entry = read_changelog(change);
        if (entry.marker) gathered_marker_ = std::max(gathered_marker_, *entry.marker);
        if (entry.heartbeat) gathered_heartbeat_ = *entry.heartbeat;
    }
}

void Applier::write(GhostLanes& lanes, const std::stop_token& abort) {
    if (pending_->batch.reads_source()) {
        if (!plan_.one_server) {
            throw Refusal(fmt::format(
                "the binlog does not tell whole rows of {} (near {}), and the table is on another"
                " server; SET GLOBAL binlog_row_image='FULL' on its primary, reconnect the sessions"
                " that write, and start again",
                sql::quote(plan_.names.source), gathered_position_.text()));
        }
        mysql::Connection& connection = *lanes.first(abort);
        const std::stop_callback cancel(abort, [&] { connection.cancel(); });
        prove_visible(connection, false, abort);
    }
    const auto began = std::chrono::steady_clock::now();
    HeldRows held = lanes.write(pending_);
    progress_.apply_seconds.note(std::chrono::steady_clock::now() - began);
    settle(std::move(held));
}

void Applier::settle(HeldRows held) {
    held_ = std::move(held);
    if (held_.empty()) held_since_.reset();
    if (!held_.empty() && !held_since_) held_since_ = floor_;
    if (!gathered_position_.empty()) settled_ = gathered_position_;
    const bool undecided = !undecided_from_.empty() && undecided_from_ < settled_;
    floor_ = undecided ? undecided_from_ : settled_;
    progress_.changes_applied += pending_->batch.changes();
    progress_.changes_written +=
        pending_->batch.states().size() + pending_->repeated_deletes.size();
    pending_.reset();
    publish();
}

void Applier::note_pace(bool full) {
    const bool was_behind = pace_.behind().has_value();
    const auto now = std::chrono::steady_clock::now();
    pace_.note({now, progress_.heartbeat, progress_.changes_applied, full});
    const auto& behind = pace_.behind();
    progress_.arriving = behind ? behind->arriving : 0;
    progress_.replayed = behind ? behind->replayed : 0;
    if (was_behind && !behind) log::info("the replay keeps up again");
    if (!pace_.is_due(now)) return;
    log::warn(
        "{} is written faster than the replay can follow: {:.0f} changes/s arrive, {:.0f} "
        "changes/s are"
        " replayed, {:.0f} s behind; while that lasts the migration cannot end. Write less, take"
        " other load from the server, or run again with more --apply-lanes",
        sql::quote(plan_.names.source), behind->arriving, behind->replayed,
        static_cast<double>(now_microseconds() - progress_.heartbeat) / 1e6);
}

void Applier::prove_visible(mysql::Connection& connection, bool behind_lock,
                            const std::stop_token& stop) {
    // R10: rows are read from the source that the images do not tell. Whatever the batch holds must
    // be visible there, by a fence (R2); behind the table lock it is, since a transaction that
    // still held rows of the table would hold its metadata lock as well.
    if (!behind_lock && !fault::rule_off("R10")) {
        signs_.prove_visible(connection, kApplierWriter, ++fences_, stop);
        connection.execute("COMMIT");
    }
    xa_watch_.prove_visible(connection, stop);
}

void Applier::publish() {
    progress_.heartbeat = std::max(progress_.heartbeat.load(), gathered_heartbeat_);
    applied_.write([&](Applied& applied) {
        applied.marker = gathered_marker_;
        applied.held_rows = held_.size();
        applied.position = gathered_position_;
        applied.resumable = resumable();
        applied.gtid = gathered_gtid_;
    });
}

binlog::Position Applier::resumable() const {
    binlog::Position position = settled_;
    const auto not_behind = [&](const binlog::Position& bound) {
        if (!bound.empty() && bound < position) position = bound;
    };
    not_behind(undecided_from_);
    if (held_since_) not_behind(*held_since_);
    if (const auto oldest = in_flight_.oldest_delete()) not_behind(*oldest);
    return position;
}

std::vector<std::string> Applier::describe_held(std::size_t limit) {
    std::vector<std::string> sentences;
    for (const auto& [identity, state] : held_) {
        if (sentences.size() == limit) break;
        sentences.push_back(reader_.condition(state.change, state.deleted));
    }
    return sentences;
}

}  // namespace wisp::migrator
