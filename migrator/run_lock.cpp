// SPDX-License-Identifier: Apache-2.0
#include "migrator/run_lock.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>

#include "base/log.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"

namespace wisp::migrator {

namespace {

constexpr std::size_t kLongestName = 64;  // MySQL 8.0 manual, "Locking Functions"

std::string lock_name(const sql::TableName& table) {
    return fmt::format("wisp.{:016x}", std::hash<std::string>{}(table.schema + "." + table.table));
}

}  // namespace

RunLock::RunLock(mysql::Connector connector, sql::TableName table,
                 std::optional<sql::TableName> ghost)
    : connector_(std::move(connector)), connection_(connector_.connect()) {
    locks_.push_back({table, lock_name(table)});
    if (ghost && connection_->server().has_several_user_locks())
        locks_.push_back({*ghost, lock_name(*ghost)});
    // gh-ost's own lock: neither of us begins beside the other.
    const std::string theirs = fmt::format("gh-ost::{}.{}", table.schema, table.table);
    if (theirs.size() <= kLongestName && connection_->server().has_several_user_locks())
        locks_.push_back({table, theirs});
    if (const auto taken = take()) {
        throw Refusal(
            fmt::format("another wisp or gh-ost is at work on {}; wait for it or stop it", *taken));
    }
}

mysql::Connection& RunLock::session(const std::stop_token& stop) {
    try {
        // A server that has vanished would keep us here until TCP gives up.
        const std::stop_callback cancel(stop, [&] { connection_->cancel(); });
        if (held()) return *connection_;
    } catch (const mysql::Error& error) {
        if (error.kind() != mysql::ErrorKind::kLost || stop.stop_requested()) throw;
        if (!connection_->cancelled()) {
            log::warn("the session of the run lock is lost and made anew: {}", error.what());
        }
    }
    // The old session may live on at the server, with the lock.
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(90);
    mysql::bury_session(connector_, connection_->id(), stop, patience);
    connection_ = connector_.connect_with_retry(stop);
    const auto taken = take();
    if (!taken) return *connection_;
    throw Refusal(
        fmt::format("another wisp began to work on {} while the connection to {} was lost; this run"
                    " ends",
                    *taken, connector_.endpoint().label()));
}

bool RunLock::held() const {
    return std::ranges::all_of(locks_, [&](const Lock& lock) {
        return connection_->scalar(fmt::format("SELECT IS_USED_LOCK({}) = CONNECTION_ID()",
                                               sql::text_literal(lock.name))) == "1";
    });
}

std::optional<std::string> RunLock::take() const {
    for (const Lock& lock : locks_) {
        const auto taken = connection_->scalar(
            fmt::format("SELECT GET_LOCK({}, 0)", sql::text_literal(lock.name)));
        if (taken == "1") continue;
        return fmt::format("{} (it holds the lock {})", sql::quote(lock.table), lock.name);
    }
    return std::nullopt;
}

}  // namespace wisp::migrator
