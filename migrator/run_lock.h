// SPDX-License-Identifier: Apache-2.0
// RunLock: the server's named locks that keep two runs off one table, and off one ghost table,
// whose name may be forced; and the session that holds them. GET_LOCK() belongs to a session
// (MySQL 8.0 manual, "Locking Functions"; MariaDB Knowledge Base, "GET_LOCK"), so a lost session
// loses it; it is taken again before anything else is done.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "mysql/connector.h"
#include "sql/identifier.h"

namespace wisp::migrator {

class RunLock {
  public:
    /// Takes the locks. Throws Refusal when another run has one. MySQL before 5.7.5 knows one lock
    /// a session: only the table's is taken there.
    RunLock(mysql::Connector connector, sql::TableName table,
            std::optional<sql::TableName> ghost = std::nullopt);

    /// The session, after asking the server that it holds the lock; made anew when it was lost.
    /// Throws Refusal when another run took the lock meanwhile, mysql::Error when the server cannot
    /// be reached. One thread at a time.
    mysql::Connection& session(const std::stop_token& stop);

  private:
    [[nodiscard]] bool held() const;
    /// What another session has; nullopt if all is ours.
    [[nodiscard]] std::optional<std::string> take() const;

    struct Lock {
        sql::TableName table;
        std::string name;
    };

    mysql::Connector connector_;
    std::vector<Lock> locks_;
    std::unique_ptr<mysql::Connection> connection_;
};

}  // namespace wisp::migrator
