// SPDX-License-Identifier: Apache-2.0
#include "migrator/applier.h"

#include <fmt/format.h>

#include "base/fault.h"
#include "base/log.h"
#include "migrator/changelog.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/identifier.h"
#include "throttle/throttler.h"

namespace wisp::migrator {
namespace {

constexpr std::chrono::milliseconds kIdle{50};

bool same_table(const binlog::TableMap& map, const sql::TableName& name) {
    return map.table == name.table && map.schema == name.schema;
}

/// Null when stopped meanwhile.
std::unique_ptr<mysql::Connection> connect(const mysql::Connector& connector,
                                           const std::stop_token& stop) {
    try {
        auto connection = connector.connect_with_retry(stop);
        connection->execute("SET SESSION autocommit = 0");
        return connection;
    } catch (const mysql::Error&) {
        if (stop.stop_requested()) return nullptr;
        throw;
    }
}

}  // namespace

Applier::Applier(const Plan& plan, const MigrationOptions& options, ChangeQueue& queue,
                 InFlight& in_flight, XaWatch& xa_watch, Progress& progress)
    : plan_(plan),
      options_(options),
      queue_(queue),
      in_flight_(in_flight),
      xa_watch_(xa_watch),
      progress_(progress),
      reader_(plan),
      writer_(plan) {}

void Applier::run(std::stop_token stop, std::stop_token abort, const mysql::Connector& connector,
                  const throttle::Throttler& throttler) {
    std::unique_ptr<mysql::Connection> connection;
    while (!stop.stop_requested()) {
        if (!throttler.wait_until_clear(stop, throttle::Writer::kApply)) return;
        if (!connection) connection = connect(connector, stop);
        if (!connection) return;
        try {
            if (!gather(stop, kIdle)) continue;
            const std::stop_callback cancel(abort, [&] { connection->cancel(); });
            write(*connection);
        } catch (const mysql::Error& error) {
            if (abort.stop_requested()) return;
            if (error.kind() == mysql::ErrorKind::kLost) {
                log::warn("the applier lost its connection and makes a new one: {}", error.what());
                connection.reset();
            } else if (error.retryable()) {
                log::debug("a batch is written again: {}", error.what());
            } else {
                throw;
            }
        }
    }
}

bool Applier::drain(mysql::Connection& connection, std::uint64_t marker,
                    std::chrono::steady_clock::time_point deadline, std::stop_token stop) {
    const auto done = [&] {
        return applied_.read([&](const Applied& a) { return a.marker >= marker; }) && !pending_ &&
               in_flight_.empty();
    };
    while (!done()) {
        const auto now = std::chrono::steady_clock::now();
        if (now >= deadline || stop.stop_requested()) return false;
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - now);
        if (!gather(stop, left)) continue;
        try {
            write(connection);
        } catch (const mysql::Error& error) {
            if (!error.retryable()) throw;
        }
    }
    return true;
}

bool Applier::gather(std::stop_token stop, std::chrono::milliseconds limit) {
    if (pending_) return true;
    auto transaction = queue_.pop(stop, in_flight_.has_released() ? decltype(limit){0} : limit);
    if (!transaction && !in_flight_.has_released()) return false;
    pending_.emplace();
    std::size_t bytes = 0;
    // Whole transactions only: a batch is the state of the source at one position (R6).
    while (transaction) {
        bytes += transaction->bytes;
        take(*transaction);
        if (pending_->batch.changes() >= options_.batch_rows || bytes >= options_.batch_bytes)
            break;
        transaction = queue_.try_pop();
    }
    for (const auto& [identity, state] : held_) pending_->batch.add_held(identity, state);
    pending_->repeated_deletes = in_flight_.note(pending_->batch, reader_);
    if (fault::rule_off("R3")) pending_->repeated_deletes.clear();
    return true;
}

void Applier::take(binlog::Transaction& transaction) {
    if (!transaction.decided_xa.empty()) xa_watch_.note(transaction.decided_xa);
    for (const binlog::Change& change : transaction.changes) {
        if (same_table(*change.block->table, plan_.names.source)) {
            pending_->batch.add(change, reader_);
            continue;
        }
        const ChangelogEntry entry = read_changelog(change);
        if (entry.marker) gathered_marker_ = std::max(gathered_marker_, *entry.marker);
        if (entry.heartbeat) gathered_heartbeat_ = *entry.heartbeat;
    }
}

void Applier::write(mysql::Connection& connection) {
    if (!pending_->batch.empty() || !pending_->repeated_deletes.empty()) {
        held_ = writer_.write(connection, *pending_);
        progress_.changes_applied += pending_->batch.changes();
        progress_.changes_written +=
            pending_->batch.states().size() + pending_->repeated_deletes.size();
    }
    pending_.reset();
    publish();
}

void Applier::publish() {
    progress_.heartbeat = std::max(progress_.heartbeat.load(), gathered_heartbeat_);
    applied_.write([&](Applied& applied) {
        applied.marker = gathered_marker_;
        applied.held_rows = held_.size();
    });
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
