// SPDX-License-Identifier: Apache-2.0
// RunLock: the server's named lock that keeps two runs off one table, and the session that holds
// it. GET_LOCK() belongs to a session (MySQL 8.0 manual, "Locking Functions"; MariaDB Knowledge
// Base, "GET_LOCK"), so a lost session loses it; it is taken again before anything else is done.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "mysql/connector.h"
#include "sql/identifier.h"

namespace wisp::migrator {

class RunLock {
  public:
    /// Takes the lock. Throws Refusal when another run has it.
    RunLock(mysql::Connector connector, sql::TableName table);

    /// The session, after asking the server that it holds the lock; made anew when it was lost.
    /// Throws Refusal when another run took the lock meanwhile, mysql::Error when the server cannot
    /// be reached. One thread at a time.
    mysql::Connection& session(const std::stop_token& stop);

  private:
    [[nodiscard]] bool held() const;
    /// False if another session has the lock.
    [[nodiscard]] bool take() const;

    mysql::Connector connector_;
    sql::TableName table_;
    std::string name_;
    std::unique_ptr<mysql::Connection> connection_;
};

}  // namespace wisp::migrator
