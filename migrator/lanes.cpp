// SPDX-License-Identifier: Apache-2.0
#include "migrator/lanes.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/fault.h"
#include "base/log.h"
#include "mysql/connection.h"
#include "mysql/error.h"

namespace wisp::migrator {
namespace {

/// Keys for which a lane of their own pays: a commit and a thread more.
constexpr std::size_t kLeastPiece = 250;

std::unique_ptr<mysql::Connection> prepared(std::unique_ptr<mysql::Connection> connection) {
    connection->execute("SET SESSION autocommit = 0");
    return connection;
}

}  // namespace

std::exception_ptr worse(std::exception_ptr a, std::exception_ptr b) {
    if (!a) return b;
    if (!b) return a;
    try {
        std::rethrow_exception(a);
    } catch (const mysql::Error& error) {
        return error.retryable() || error.kind() == mysql::ErrorKind::kLost ? b : a;
    } catch (...) {
        return a;
    }
}

std::vector<Piece> cut(const Piece& whole, std::size_t count) {
    std::vector<Piece> pieces(count);
    const auto share = [&](std::size_t size, std::size_t i) { return size * i / count; };
    for (std::size_t i = 0; i < count; ++i) {
        const auto& states = whole.states;
        const auto at = [&](std::size_t n) {
            return states.begin() + static_cast<std::ptrdiff_t>(share(states.size(), n));
        };
        pieces[i].states.assign(at(i), at(i + 1));
        const std::size_t first = share(whole.repeated_deletes.size(), i);
        pieces[i].repeated_deletes = whole.repeated_deletes.subspan(
            first, share(whole.repeated_deletes.size(), i + 1) - first);
    }
    return pieces;
}

void Lanes::Lane::await() {
    const auto ended = std::exchange(thread, nullptr);
    if (!ended) return;
    ended->join();
    ended->rethrow();
}

Lanes::Lanes(const mysql::Connector& connector, const Plan& plan, const BatchWriter& writer,
             unsigned count, std::stop_token abort)
    : connector_(connector), plan_(plan), abort_(std::move(abort)) {
    for (unsigned i = 0; i < count; ++i) lanes_.push_back(std::make_unique<Lane>(writer));
}

Lanes::~Lanes() = default;

mysql::Connection* Lanes::first(const std::stop_token& stop) {
    auto& connection = lanes_.front()->connection;
    if (connection) return connection.get();
    try {
        connection = prepared(connector_.connect_with_retry(stop));
    } catch (const mysql::Error&) {
        if (!stop.stop_requested()) throw;
    }
    return connection.get();
}

bool Lanes::worth_several(const PendingBatch& pending) const {
    // A stricter ghost gets plain inserts: a chunk between the deletes' commit and the rows could
    // put a row in their way. They stay in one transaction.
    return lanes_.size() > 1 && !pending.one_lane && !plan_.ghost_is_stricter &&
           pending.batch.states().size() >= 2 * kLeastPiece;
}

HeldRows Lanes::write(const std::shared_ptr<PendingBatch>& pending) {
    if (pending->empty()) return {};
    Piece all = whole(*pending);
    if (!worth_several(*pending)) {
        Lane& lane = *lanes_.front();
        lane.await();
        const std::stop_callback cancel(abort_, [&] { lane.connection->cancel(); });
        return lane.writer.write(*lane.connection, all);
    }
    const auto middle =
        std::stable_partition(all.states.begin(), all.states.end(),
                              [](const auto* state) { return state->second.deleted; });
    const Piece rows{{middle, all.states.end()}, {}};
    all.states.erase(middle, all.states.end());
    try {
        write_pieces(pending, all);  // all deletes before any row
        write_pieces(pending, rows);
    } catch (...) {
        // Lanes can stand in each other's way for ever, one connection cannot: locks of a unique
        // key that the migration does not go by are taken in no common order.
        pending->one_lane = true;
        throw;
    }
    return {};
}

void Lanes::write_pieces(const std::shared_ptr<PendingBatch>& pending, const Piece& all) {
    const std::size_t terms = std::max(all.states.size(), all.repeated_deletes.size());
    if (terms == 0) return;
    const std::size_t worthwhile = std::max<std::size_t>(terms / kLeastPiece, 1);
    open(std::min(worthwhile, lanes_.size()));
    auto pieces = cut(all, std::min(worthwhile, lanes_.size()));
    log::debug("writing keys={} repeated_deletes={} lanes={}", all.states.size(),
               all.repeated_deletes.size(), pieces.size());
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        Lane& lane = *lanes_[i];
        lane.await();
        // The piece points into the batch, so it keeps it.
        lane.thread = std::make_unique<Thread>(
            "lane", [this, &lane, pending, piece = std::move(pieces[i])](const std::stop_token&) {
                const std::stop_callback cancel(abort_, [&] { lane.connection->cancel(); });
                // Nothing is held: a stricter ghost has one lane.
                static_cast<void>(lane.writer.write(*lane.connection, piece));
            });
    }
    if (!fault::rule_off("R6")) barrier();
}

void Lanes::barrier() {
    std::exception_ptr failure;
    for (const auto& lane : lanes_) {
        try {
            lane->await();
        } catch (...) {
            failure = worse(failure, std::current_exception());
        }
    }
    if (failure) std::rethrow_exception(failure);
}

void Lanes::open(std::size_t count) {
    for (std::size_t i = 1; i < count; ++i) {
        auto& connection = lanes_[i]->connection;
        if (connection) continue;
        try {
            connection = prepared(connector_.connect());
        } catch (const mysql::Error& error) {
            log::warn("a lane cannot connect, so changes are replayed over {} connections: {}", i,
                      error.what());
            lanes_.resize(i);
            return;
        }
    }
}

void Lanes::mend() {
    for (const auto& lane : lanes_) {
        if (!lane->connection || lane->connection->usable()) continue;
        // Our end of the connection is gone; the server's may still be at work, hold locks, or
        // commit. Nothing is written before that session is dead.
        const auto dead = lane->connection->id();
        auto fresh = prepared(connector_.connect_with_retry(abort_));
        mysql::bury_session(connector_, dead, abort_);
        lane->connection = std::move(fresh);
    }
}

}  // namespace wisp::migrator
