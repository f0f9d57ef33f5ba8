// SPDX-License-Identifier: Apache-2.0
// Transactions that are written to the binlog and whose sync takes a second: the server tells a
// position behind them that it does not send yet. MySQL only; MariaDB tells it after the sync.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "binlog/position.h"
#include "binlog/server_log.h"
#include "mysql/connection.h"
#include "mysql/error.h"

namespace wisp::test {

class LateSync {
  public:
    [[nodiscard]] static bool can_be_had(mysql::Connection& server) {
        return server.scalar("SHOW GLOBAL VARIABLES LIKE 'binlog_group_commit_sync_delay'") &&
               server.scalar("SELECT @@GLOBAL.sync_binlog") == "1";
    }
    explicit LateSync(mysql::Connection& server) : server_(server) {
        server_.execute("SET GLOBAL binlog_group_commit_sync_delay = 1000000");
    }
    LateSync(const LateSync&) = delete;
    LateSync& operator=(const LateSync&) = delete;
    ~LateSync() { server_.execute("SET GLOBAL binlog_group_commit_sync_delay = 0"); }

    /// Begins the statement beside; returns when the told end of the log has moved.
    binlog::Position write(const std::string& statement) {
        const auto before = binlog::log_end(server_);
        writer_ = std::jthread([this, statement] {
            try {
                mysql::Connection(server_.endpoint(), {}).execute(statement);
            } catch (const mysql::Error& error) {
                ADD_FAILURE() << error.what();
            }
            synced_ = true;
        });
        for (unsigned look = 0; look < 10'000; ++look) {
            const auto now = binlog::log_end(server_);
            if (before < now) return now;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        ADD_FAILURE() << "nothing was written";
        return before;
    }

    /// False: nobody could have been sent the statement so far.
    [[nodiscard]] bool synced() const { return synced_; }

  private:
    mysql::Connection& server_;
    std::atomic<bool> synced_{false};
    std::jthread writer_;
};

}  // namespace wisp::test
