// SPDX-License-Identifier: Apache-2.0
#include "migrator/cutover_driver.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "migrator/inspector.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

constexpr int kWaitTimeouts = 3;  // by the limit: after so long a silent session ends by itself

}  // namespace

Outcome CutoverDriver::attempt(const char* step, Outcome lost,
                               const std::function<Outcome()>& body) {
    try {
        const Outcome outcome = body();
        if (outcome == Outcome::kTimeout && why_.empty()) {
            why_ = fmt::format("{} took longer than {} s", step, context_.limit.count());
        }
        return outcome;
    } catch (const mysql::Error& error) {
        why_ = fmt::format("{}: {}", step, error.what());
        return error.kind() == mysql::ErrorKind::kLost ? lost : Outcome::kFailed;
    }
}

bool is_sentry(mysql::Connection& connection, const sql::TableName& name) {
    return connection.scalar(fmt::format(
               "SELECT TABLE_COMMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND"
               " TABLE_NAME = {}",
               sql::text_literal(name.schema), sql::text_literal(name.table))) == kSentryComment;
}

Outcome CutoverDriver::look_at(const sql::TableName& ghost, const sql::TableName& old) {
    return attempt("looking at the tables", Outcome::kSawNeither, [&] {
        const auto connection = context_.connector.connect_with_retry(context_.stop);
        const bool source_there =
            relation(*connection, context_.plan.names.source) == Relation::kTable;
        const bool ghost_there = relation(*connection, ghost) == Relation::kTable;
        const bool old_there = relation(*connection, old) == Relation::kTable;
        const bool sentry = old_there && is_sentry(*connection, old);
        if (source_there && !ghost_there && old_there && !sentry) return Outcome::kSawSwapped;
        if (source_there && ghost_there && (!old_there || sentry)) return Outcome::kSawUnswapped;
        return Outcome::kSawNeither;
    });
}

Outcome CutoverDriver::look_last(mysql::Connection& session, const sql::TableName& ghost) {
    if (context_.applier.applied().copy().held_rows != 0) {
        why_ = "rows are held back by another unique key of the ghost table";
    } else if (context_.last_look) {
        why_ = context_.last_look(session, ghost, locked_at_ + context_.limit);
    }
    if (!why_.empty()) return Outcome::kFailed;
    if (context_.before_rename) context_.before_rename(session, ghost);
    return Outcome::kOk;
}

std::unique_ptr<mysql::Connection> CutoverDriver::open_session() const {
    mysql::Session session = context_.connector.session();
    session.lock_wait_timeout = context_.limit;
    session.wait_timeout = kWaitTimeouts * context_.limit;
    return mysql::Connector(context_.connector.endpoint(), session).connect();
}

void CutoverDriver::end_session(std::unique_ptr<mysql::Connection>& session) const {
    const auto ended = std::move(session);
    // Even when the run is to stop: no lock may outlive the attempt.
    if (!ended || ended->usable()) return;
    mysql::bury_session(context_.connector, ended->id(), {}, patience_ends());
}

std::chrono::steady_clock::time_point CutoverDriver::patience_ends() const {
    // A server that is there, and cannot reach us, has ended the session itself by then.
    constexpr std::chrono::seconds kLongest{90};
    return std::chrono::steady_clock::now() +
           std::max<std::chrono::seconds>(kLongest, 2 * kWaitTimeouts * context_.limit);
}

namespace {

CutoverState walk(CutoverDriver& driver, const std::function<void(CutoverState)>& before) {
    auto state = CutoverState::kLocking;
    while (!is_end(state)) {
        if (before) before(state);
        Outcome outcome = Outcome::kOk;
        switch (state) {
            case CutoverState::kLocking:
                outcome = driver.lock();
                break;
            case CutoverState::kDraining:
                outcome = driver.drain();
                break;
            case CutoverState::kRenaming:
                outcome = driver.rename();
                break;
            case CutoverState::kLooking:
                outcome = driver.look();
                break;
            default:
                outcome = driver.release();
                break;
        }
        const auto next = next_state(state, outcome);
        log::debug("cut-over step={} next={}", to_string(state), to_string(next));
        state = next;
    }
    return state;
}

}  // namespace

CutoverState run_cutover(CutoverDriver& driver, const std::function<void(CutoverState)>& before) {
    try {
        return walk(driver, before);
    } catch (...) {
        // What ends the run, a refusal while the last rows are written, is to leave nothing of the
        // attempt behind. What comes of that is in the server's hands if it fails as well.
        if (driver.release() != Outcome::kOk) log::warn("the cut-over: {}", driver.why());
        throw;
    }
}

}  // namespace wisp::migrator
