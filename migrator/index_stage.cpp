// SPDX-License-Identifier: Apache-2.0
// The engine's stage between copy and verification: the indexes that were left out of the ghost
// are built, by one ALTER TABLE, while replay goes on.
#include <fmt/format.h>

#include "base/fault.h"
#include "base/log.h"
#include "migrator/deferred_indexes.h"
#include "migrator/engine.h"
#include "migrator/lock_holders.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/create_table.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

constexpr unsigned kAttempts = 3;  // each may cost the whole build

std::string definition(mysql::Connection& connection, const sql::TableName& name) {
    const auto rows = connection.query("SHOW CREATE TABLE " + sql::quote(name));
    return sql::without_counter(rows[0].text(1));
}

/// When a run is stopped: its statement must not go on behind its back. Bounded, as the server may
/// be out of reach, and that may be why the run ends.
void end_now(const mysql::Connector& connector, std::uint64_t id) {
    try {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        if (mysql::bury_session(connector, id, {}, deadline)) return;
    } catch (const mysql::Error& error) {
        log::warn("the index build could not be ended: {}", error.what());
    }
    log::warn("session {} on {} may still build indexes; KILL {} there before the ghost is dropped",
              id, connector.endpoint().label(), id);
}

}  // namespace

void Engine::build_indexes() {
    if (plan_.deferred.empty()) return;
    static_cast<void>(throttler_.wait_until_clear(ending_.get_token(), throttle::Writer::kCopy));
    throw_if_stopped();
    progress_.stage = Stage::kBuildingIndexes;
    const std::string add = add_indexes(plan_.names.ghost, plan_.deferred);
    log::info("building indexes count={}; replicas run this as one statement and lag meanwhile",
              plan_.deferred.size());
    fault::point("indexes.before_add");
    try {
        alter_ghost(add + ", ALGORITHM=INPLACE, LOCK=NONE");
    } catch (const mysql::Error& error) {
        if (!error.needs_locking_ddl()) throw;
        log::warn("the indexes cannot be built beside replay, which waits now: {}",
                  error.server_text());
        stop_applier();
        alter_ghost(add);
        start_applier();
    }
    fault::point("indexes.added");
    check_definition();
    log::info("built indexes");
}

void Engine::alter_ghost(const std::string& statement) {
    // The statement waits for the batch in work, at its begin and at its end; giving up at the end
    // would throw the work of hours away.
    mysql::Session session = connector_.session();
    session.lock_wait_timeout = std::chrono::seconds(600);
    const mysql::Connector connector(connector_.endpoint(), session);
    std::string why;
    for (unsigned attempt = 0; attempt < kAttempts; ++attempt) {
        throw_if_stopped();
        const auto connection = connector.connect_with_retry(ending_.get_token());
        try {
            const std::stop_callback cancel(ending_.get_token(), [&] { connection->cancel(); });
            connection->start(statement);
            fault::point("indexes.adding");
            static_cast<void>(connection->finish());
            return;
        } catch (const mysql::Error& error) {
            if (error.kind() != mysql::ErrorKind::kLost && !error.retryable()) throw;
            why = error.what();
            if (connection->usable()) why += lock_holders(*connection, plan_.names.ghost);
            if (!ending_.stop_requested()) log::warn("the indexes are not built yet: {}", why);
        }
        if (connection->usable() && !ending_.stop_requested()) continue;
        // The old session may be at it still, or have done it.
        if (!mysql::bury_session(connector_, connection->id(), ending_.get_token())) {
            end_now(connector_, connection->id());
            throw_if_stopped();
        }
        if (indexes_are_built()) return;
    }
    throw Refusal(fmt::format(
        "the indexes of {} could not be built in {} attempts: {}; see that no other session uses"
        " that table and run again, or without --defer-secondary-indexes",
        sql::quote(plan_.names.ghost), kAttempts, why));
}

bool Engine::indexes_are_built() {
    bool built = false;
    with_control([&](mysql::Connection& control) {
        built = definition(control, plan_.names.ghost) ==
                sql::without_counter(plan_.ghost.create_statement);
    });
    return built;
}

void Engine::check_definition() {
    if (indexes_are_built()) return;
    std::string found;
    with_control(
        [&](mysql::Connection& control) { found = definition(control, plan_.names.ghost); });
    throw Refusal(fmt::format(
        "{} with its indexes built is not what it was before they were left out; nothing was"
        " swapped; run again without --defer-secondary-indexes. Planned: {} Found: {}",
        sql::quote(plan_.names.ghost), sql::without_counter(plan_.ghost.create_statement), found));
}

}  // namespace wisp::migrator
