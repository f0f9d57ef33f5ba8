// SPDX-License-Identifier: Apache-2.0
#include "migrator/copier.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/fault.h"
#include "base/log.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/identifier.h"
#include "throttle/throttler.h"

namespace wisp::migrator {

Ranges::Ranges(Chunker chunker, FinishedRanges finished)
    : state_(State{std::move(chunker), std::move(finished), {}, {}}) {
    state_.write([](State& state) { state.chunker.cut(state.finished.gaps()); });
}

std::optional<Range> Ranges::next(mysql::Connection& connection) {
    return state_.write([&](State& state) -> std::optional<Range> {
        if (state.again.empty()) {
            auto range = state.chunker.next(connection);
            if (range && fault::rule_off("R11")) state.finished.add(*range, 0);
            return range;
        }
        Range range = std::move(state.again.front());
        state.again.pop_front();
        return range;
    });
}

void Ranges::note(std::uint64_t rows, std::chrono::steady_clock::duration took) {
    state_.write([&](State& state) { state.chunker.note(rows, took); });
}

void Ranges::expect(std::uint64_t rows, unsigned copiers) {
    state_.write([&](State& state) { state.chunker.expect(rows, copiers); });
}

void Ranges::set_workers(unsigned copiers) {
    state_.write([&](State& state) { state.chunker.set_workers(copiers); });
}

void Ranges::set_aim(std::chrono::milliseconds aim, std::chrono::milliseconds slice) {
    state_.write([&](State& state) { state.chunker.set_aim(aim, slice); });
}

void Ranges::add_retry(Range range) {
    state_.write([&](State& state) { state.retries.push_back(std::move(range)); });
}

void Ranges::add(Range range) {
    state_.write([&](State& state) { state.again.push_back(std::move(range)); });
}

bool Ranges::exhausted() const {
    return state_.read(
        [](const State& state) { return state.again.empty() && state.chunker.done(); });
}

void Ranges::fix_rows(std::size_t rows) {
    state_.write([&](State& state) { state.chunker.fix_rows(rows); });
}

std::size_t Ranges::chunk_rows() const {
    return state_.read([](const State& state) { return state.chunker.rows(); });
}

std::vector<Range> Ranges::start_retry() {
    return state_.write([](State& state) {
        auto retry = std::exchange(state.retries, {});
        for (Range& range : retry) {
            ++range.retries;
            state.again.push_back(range);
        }
        return retry;
    });
}

void Ranges::finish(const Range& range, std::uint64_t rows) {
    if (fault::rule_off("R11")) return;  // it is finished already
    state_.write([&](State& state) { state.finished.add(range, rows); });
}

FinishedRanges Ranges::finished() const {
    return state_.read([](const State& state) { return state.finished; });
}

void Ranges::set_finished(FinishedRanges finished) {
    state_.write([&](State& state) { state.finished = std::move(finished); });
}

Copier::Copier(const CopyContext& context, unsigned number, std::unique_ptr<RowMover> mover)
    : plan_(context.plan),
      number_(number),
      ranges_(context.ranges),
      in_flight_(context.in_flight),
      xa_watch_(context.xa_watch),
      progress_(context.progress),
      commit_times_(context.commit_times),
      signs_(context.signs),
      dials_(context.dials),
      on_retry_(context.on_retry),
      mover_(std::move(mover)) {}

void Copier::run(std::stop_token stop, const mysql::Connector& connector,
                 const throttle::Throttler& throttler, Crew& crew) {
    std::unique_ptr<mysql::Connection> connection;
    std::optional<Range> range;
    // Who has a range keeps its place until that is done.
    while ((range || crew.await_place(number_, stop)) &&
           throttler.wait_until_clear(stop, throttle::Writer::kCopy)) {
        try {
            const auto began = std::chrono::steady_clock::now();
            if (!connection) connection = connector.connect_with_retry(stop);
            mysql::Connection& reader = mover_->reader(*connection, stop);
            const std::stop_callback cancel_reader(stop, [&] { reader.cancel(); });
            turn_dials();
            if (!range) range = ranges_.next(reader);
            if (!range) return crew.dismiss();
            const std::stop_callback cancel(stop, [&] { connection->cancel(); });
            const std::uint64_t rows = copy(*connection, *range, stop, connector);
            range.reset();
            const auto took = std::chrono::steady_clock::now() - began;
            crew.finish(began, rows);
            throttler.rest(stop, took);
        } catch (const mysql::Error& error) {
            if (stop.stop_requested()) return;
            const bool lost = error.kind() == mysql::ErrorKind::kLost && connection;
            if (!lost && !error.retryable()) throw;
            log::debug("a chunk is copied again chunk={}: {}", range ? range->number : 0,
                       error.what());
            if (on_retry_) on_retry_(error.what());
            if (lost && !connection->usable()) connection.reset();
        }
    }
}

void Copier::turn_dials() {
    if (dials_ == nullptr) return;
    ranges_.fix_rows(dials_->chunk_rows);
    dials_->chunk_rows_now = ranges_.chunk_rows();
}

std::uint64_t Copier::copy(mysql::Connection& connection, const Range& range,
                           const std::stop_token& stop, const mysql::Connector& connector) {
    struct Flight {
        InFlight& in_flight;
        InFlight::Ticket ticket;
        bool stays = false;
        ~Flight() {
            if (!stays) in_flight.leave(ticket);
        }
    };
    fault::point("copy.before_enter");
    Flight flight{in_flight_, in_flight_.enter()};
    Moved moved;
    std::chrono::steady_clock::duration took{};
    try {
        // Before the proof: what replay put there since and this removes, the copy then reads.
        if (!range.replaces.empty()) mover_->remove(connection, range.replaces, stop);
        auto began = std::chrono::steady_clock::now();
        const Proof prove = [&](mysql::Connection& reader) {
            prove_visible(reader, flight.ticket, stop);
            fault::point("copy.before_read");
            // Without the fence, which waits for others: slow commits must not make chunks small.
            began = std::chrono::steady_clock::now();
        };
        moved = mover_->move(connection, range, prove, stop);
        took = std::chrono::steady_clock::now() - began;
    } catch (const mysql::Error& error) {
        // Our end of the connection is gone; the server's may still be at work on this chunk. The
        // range stays in flight until that session is dead. (A mover that lost another connection
        // has seen to it, and has undone what was not committed.)
        if (error.kind() == mysql::ErrorKind::kLost && !connection.usable()) {
            flight.stays = true;  // a run that ends may leave it alive (R12)
            flight.stays = !mysql::bury_session(connector, connection.id(), stop);
        }
        throw;
    }
    fault::point("copy.chunk_written");
    ranges_.note(moved.rows_read, took);
    progress_.chunk_seconds.note(took);
    if (!moved.missing.empty() && !fault::rule_off("R7")) copy_missing_again(range, moved);
    if (moved.missing.empty() && range.keys.empty()) ranges_.finish(range, moved.rows_read);
    if (range.retries == 0) progress_.rows_copied += moved.rows_read;
    ++progress_.chunks;
    log::debug("copied chunk={} rows={} inserted={} missing={} milliseconds={}", range.number,
               moved.rows_read, moved.rows_inserted, moved.missing.size(),
               std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
    return moved.rows_read;
}

void Copier::copy_missing_again(const Range& range, const Moved& moved) {
    constexpr std::size_t kKeys = 200;  // in one condition
    for (std::size_t first = 0; first < moved.missing.size(); first += kKeys) {
        const std::size_t end = std::min(first + kKeys, moved.missing.size());
        Range again = range;
        again.replaces.clear();  // gone already, and it names more keys than these
        again.keys =
            "(" +
            fmt::format(
                "{}", fmt::join(moved.missing.begin() + static_cast<std::ptrdiff_t>(first),
                                moved.missing.begin() + static_cast<std::ptrdiff_t>(end), " OR ")) +
            ")";
        ranges_.add_retry(std::move(again));
    }
}

void Copier::prove_visible(mysql::Connection& reader, InFlight::Ticket ticket,
                           const std::stop_token& stop) {
    if (fault::rule_off("R2")) return;
    const auto began = std::chrono::steady_clock::now();
    signs_.prove_visible(reader, number_, ticket, stop);
    commit_times_.note(std::chrono::steady_clock::now() - began);
    xa_watch_.prove_visible(reader, stop);
}

}  // namespace wisp::migrator
