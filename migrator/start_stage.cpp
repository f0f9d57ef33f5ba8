// SPDX-License-Identifier: Apache-2.0
// The engine's first stage: the proof that what we write comes back through the binlog, the look
// for rows without a key, and the wait for XA transactions that were prepared before the start.
#include <fmt/format.h>

#include <set>

#include "base/log.h"
#include "binlog/server_log.h"
#include "migrator/engine.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

}  // namespace

void Engine::prove_start() {
    // The marker was written after the start position was read. Its return proves everything before
    // that position visible (R2), its arrival that the whole way works.
    constexpr seconds kLimit{60};
    constexpr seconds kLook{5};
    Mark marker;
    with_source([&](mysql::Connection& source) { marker = markers_.place(source); });
    const std::stop_token stop = ending_.get_token();
    const auto streamed = mysql::Connector(route_.stream, {}).connect_with_retry(stop);
    Patience patience(binlog::log_end(*streamed), kLimit / kLook);
    while (!markers_.await(marker, kLook, stop)) {
        throw_if_stopped();
        refuse_unseen_swap(marker);
        // What an operator holds the replay for does not count.
        if (throttler_.verdict().holds_writer(throttle::Writer::kApply)) {
            static_cast<void>(throttler_.wait_until_clear(stop, throttle::Writer::kApply));
            continue;
        }
        // Of a transaction that takes minutes to read, what has been received tells.
        if (!patience.is_over(streamer_.snapshot().received, applier_.applied().copy().position)) {
            continue;
        }
        throw Refusal(fmt::format(
            "{} did not come back through the binlog of {} within {} s; check that"
            " replication runs there and that no filter (binlog-do-db, replicate-*) hides it",
            method_.signs->changelog() ? "our own write to " + sql::quote(plan_.names.changelog)
                                       : "what " + route_.read.label() + " has written",
            route_.stream.label(), kLimit.count()));
    }
}

void Engine::refuse_unseen_swap(const Mark& marker) const {
    // The swap is over, so it stands before what we write now, on a late replica as well.
    if (marker.number == 0 || marker_passed_over_ != marker.number) return;
    throw Refusal(fmt::format(
        "the binlog of {} does not hold the RENAME by which {} was swapped, between the checkpoint"
        " of the migration and now: it is another binlog, or another swap",
        route_.stream.label(), sql::quote(plan_.names.source)));
}

void Engine::refuse_null_keys() {
    // What was there at the start is visible now; what comes later comes through the binlog, where
    // the row reader looks at it. No range would hold a row with NULL in the key.
    if (!plan_.key.nullable) return;
    std::string condition;
    for (const auto i : plan_.key.columns) {
        condition += fmt::format("{}{} IS NULL", condition.empty() ? "" : " OR ",
                                 sql::quote(plan_.columns[i].source.name));
    }
    bool found = false;
    with_source([&](mysql::Connection& source) {
        found = source
                    .scalar(fmt::format("SELECT 1 FROM {} WHERE {} LIMIT 1",
                                        sql::quote(plan_.names.source), condition))
                    .has_value();
    });
    if (!found) return;
    throw Refusal(fmt::format(
        "--allow-nullable-unique-key: rows of {} have NULL in the key {} ({}): they could not be"
        " told apart; remove them, or add another key with a native ALTER",
        sql::quote(plan_.names.source), sql::quote(plan_.key.source_index_name), condition));
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
    with_source([&](mysql::Connection& source) { xids = prepared_xids(source); });
    return xids;
}

}  // namespace wisp::migrator
