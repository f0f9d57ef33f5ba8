// SPDX-License-Identifier: Apache-2.0
#include "migrator/copier.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/fault.h"
#include "base/log.h"
#include "migrator/changelog.h"
#include "migrator/server_mover.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "throttle/throttler.h"

namespace wisp::migrator {

std::optional<Range> Ranges::next(mysql::Connection& connection) {
    return state_.write([&](State& state) -> std::optional<Range> {
        if (state.again.empty()) return state.chunker.next(connection);
        Range range = std::move(state.again.front());
        state.again.pop_front();
        return range;
    });
}

void Ranges::note(std::chrono::steady_clock::duration took) {
    state_.write([&](State& state) { state.chunker.note(took); });
}

void Ranges::hold_back(Range range) {
    state_.write([&](State& state) { state.held_back.push_back(std::move(range)); });
}

bool Ranges::exhausted() const {
    return state_.read(
        [](const State& state) { return state.again.empty() && state.chunker.done(); });
}

std::vector<Range> Ranges::start_retry() {
    return state_.write([](State& state) {
        auto retry = std::exchange(state.held_back, {});
        for (Range& range : retry) {
            ++range.retries;
            state.again.push_back(range);
        }
        return retry;
    });
}

Copier::Copier(const Plan& plan, unsigned number, Ranges& ranges, InFlight& in_flight,
               XaWatch& xa_watch, Progress& progress)
    : plan_(plan),
      number_(number),
      ranges_(ranges),
      in_flight_(in_flight),
      xa_watch_(xa_watch),
      progress_(progress),
      mover_(std::make_unique<ServerMover>(plan)) {}

void Copier::run(std::stop_token stop, const mysql::Connector& connector,
                 const throttle::Throttler& throttler) {
    std::unique_ptr<mysql::Connection> connection;
    std::optional<Range> range;
    while (throttler.wait_until_clear(stop, throttle::Writer::kCopy)) {
        try {
            if (!connection) connection = connector.connect_with_retry(stop);
            if (!range) range = ranges_.next(*connection);
            if (!range) return;
            const std::stop_callback cancel(stop, [&] { connection->cancel(); });
            copy(*connection, *range, stop, connector);
            range.reset();
        } catch (const mysql::Error& error) {
            if (stop.stop_requested()) return;
            const bool lost = error.kind() == mysql::ErrorKind::kLost && connection;
            if (!lost && !error.retryable()) throw;
            log::debug("a chunk is copied again chunk={}: {}", range ? range->number : 0,
                       error.what());
            if (lost) connection.reset();
        }
    }
}

void Copier::copy(mysql::Connection& connection, const Range& range, const std::stop_token& stop,
                  const mysql::Connector& connector) {
    const auto began = std::chrono::steady_clock::now();
    struct Flight {
        InFlight& in_flight;
        InFlight::Ticket ticket;
        ~Flight() { in_flight.leave(ticket); }
    };
    fault::point("copy.before_enter");
    const Flight flight{in_flight_, in_flight_.enter()};
    Moved moved;
    try {
        prove_visible(connection, flight.ticket, stop);
        fault::point("copy.before_read");
        moved = mover_->move(connection, range);
    } catch (const mysql::Error& error) {
        // Our end of the connection is gone; the server's may still be at work on this chunk. The
        // range stays in flight until that session is dead.
        if (error.kind() == mysql::ErrorKind::kLost) {
            mysql::bury_session(connector, connection.id(), stop);
        }
        throw;
    }
    fault::point("copy.chunk_written");
    const auto took = std::chrono::steady_clock::now() - began;
    ranges_.note(took);
    if (!moved.missing.empty() && !fault::rule_off("R7")) hold_back(range, moved);
    if (range.retries == 0) progress_.rows_copied += moved.rows_read;
    ++progress_.chunks;
    log::debug("copied chunk={} rows={} inserted={} missing={} milliseconds={}", range.number,
               moved.rows_read, moved.rows_inserted, moved.missing.size(),
               std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
}

void Copier::hold_back(const Range& range, const Moved& moved) {
    constexpr std::size_t kKeys = 200;  // in one condition
    for (std::size_t first = 0; first < moved.missing.size(); first += kKeys) {
        const std::size_t end = std::min(first + kKeys, moved.missing.size());
        Range again = range;
        again.keys =
            "(" +
            fmt::format(
                "{}", fmt::join(moved.missing.begin() + static_cast<std::ptrdiff_t>(first),
                                moved.missing.begin() + static_cast<std::ptrdiff_t>(end), " OR ")) +
            ")";
        ranges_.hold_back(std::move(again));
    }
}

void Copier::prove_visible(mysql::Connection& connection, InFlight::Ticket ticket,
                           const std::stop_token& stop) {
    // R2: our own write begins after everything delivered so far; when it has returned, all of that
    // is visible, because the server makes transactions visible in binlog order (F5).
    if (fault::rule_off("R2")) return;
    // The ticket makes every write differ from the one before: an unchanged row would log nothing.
    connection.execute(write_fence(plan_.names.changelog, number_, ticket));
    xa_watch_.prove_visible(connection, stop);
}

}  // namespace wisp::migrator
