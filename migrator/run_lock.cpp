// SPDX-License-Identifier: Apache-2.0
#include "migrator/run_lock.h"

#include <fmt/format.h>

#include <functional>

#include "base/log.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"

namespace wisp::migrator {

RunLock::RunLock(mysql::Connector connector, sql::TableName table)
    : connector_(std::move(connector)),
      table_(std::move(table)),
      // At most 64 characters (MySQL), so not the table's name itself.
      name_(fmt::format("wisp.{:016x}",
                        std::hash<std::string>{}(table_.schema + "." + table_.table))),
      connection_(connector_.connect()) {
    if (take()) return;
    throw Refusal(
        fmt::format("another wisp is at work on {} (it holds the lock {}); wait for it or stop it",
                    sql::quote(table_), name_));
}

mysql::Connection& RunLock::session(const std::stop_token& stop) {
    try {
        if (held()) return *connection_;
    } catch (const mysql::Error& error) {
        if (error.kind() != mysql::ErrorKind::kLost || stop.stop_requested()) throw;
        log::warn("the session of the run lock is lost and made anew: {}", error.what());
    }
    // The old session may live on at the server, with the lock.
    mysql::bury_session(connector_, connection_->id(), stop);
    connection_ = connector_.connect_with_retry(stop);
    if (take()) return *connection_;
    throw Refusal(fmt::format(
        "another wisp began to work on {} while the connection to {} was lost (it holds the lock"
        " {}); this run ends",
        sql::quote(table_), connector_.endpoint().label(), name_));
}

bool RunLock::held() const {
    return connection_->scalar(fmt::format("SELECT IS_USED_LOCK('{}') = CONNECTION_ID()", name_)) ==
           "1";
}

bool RunLock::take() const {
    return connection_->scalar(fmt::format("SELECT GET_LOCK('{}', 0)", name_)) == "1";
}

}  // namespace wisp::migrator
