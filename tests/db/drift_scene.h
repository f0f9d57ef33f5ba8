// SPDX-License-Identifier: Apache-2.0
// A schema on a primary and its replica, differences planted behind replication's back, and what a
// comparison of the two says.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "drift/verify_run.h"
#include "mysql/connection.h"
#include "tests/support/test_server.h"

namespace wisp::test {

class DriftScene : public ServerTest {
  protected:
    void SetUp() override {
        ServerTest::SetUp();
        if (IsSkipped()) return;
        if (!server().has_replica()) GTEST_SKIP() << "the pair has no replica";
        schema_ = std::make_unique<TmpSchema>(server().primary);
        // As sessions long ago might have stored it.
        primary().execute("SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION'");
        primary().execute("CREATE TABLE " + schema_->qualified("sync") +
                          " (n INT PRIMARY KEY) ENGINE=InnoDB");
        mysql::Session quiet;
        quiet.write_binlog = false;
        quiet.lock_wait_timeout = quiet.innodb_lock_wait_timeout = std::chrono::seconds(50);
        replica_ = std::make_unique<mysql::Connection>(server().replica, quiet);
        replica_->execute("SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION'");
    }

    [[nodiscard]] mysql::Connection& primary() const { return schema_->connection(); }
    /// Does not log what it writes.
    [[nodiscard]] mysql::Connection& replica() const { return *replica_; }
    [[nodiscard]] TmpSchema& schema() const { return *schema_; }

    /// "STOP REPLICA SQL_THREAD"
    [[nodiscard]] std::string sql_thread(const char* verb) const {
        const bool new_words = primary().server().says_replica();
        return fmt::format("{} {} SQL_THREAD", verb, new_words ? "REPLICA" : "SLAVE");
    }
    /// Waits until the replica has all that was committed on the primary.
    void catch_up() {
        primary().execute(
            fmt::format("INSERT INTO {} VALUES ({})", schema_->qualified("sync"), ++syncs_));
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (std::chrono::steady_clock::now() < end) {
            const auto there = replica().scalar(
                fmt::format("SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA ="
                            " '{}' AND TABLE_NAME = 'sync'",
                            schema_->name()));
            if (there == "1" && replica().scalar(fmt::format("SELECT 1 FROM {} WHERE n = {}",
                                                             schema_->qualified("sync"), syncs_))) {
                return;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        FAIL() << "the replica did not catch up";
    }

    [[nodiscard]] drift::Options options() const {
        drift::Options options;
        options.primary = server().primary;
        options.replicas = {server().replica};
        options.databases = {schema_->name()};
        options.chunk_rows = 10;
        options.knobs.max_lag = std::chrono::hours(1);
        options.patience = std::chrono::seconds(60);
        return options;
    }

    /// "t1 (id=7) differs in v", "t1: reason", for all that is not equal.
    [[nodiscard]] std::vector<std::string> verify() { return verify(options()); }
    [[nodiscard]] std::vector<std::string> verify(const drift::Options& options) {
        report_ = drift::verify(options, {});
        std::vector<std::string> found;
        for (const auto& table : report_.tables) {
            for (const auto& reason : table.reasons) {
                found.push_back(table.table.table + ": " + reason);
            }
            for (const auto& row : table.rows) {
                found.push_back(table.table.table + " " + row_text_for_people(table, row));
            }
            if (table.moving_rows > 0) found.push_back(table.table.table + ": moving rows");
        }
        return found;
    }
    [[nodiscard]] const drift::Report& report() const { return report_; }

  private:
    std::unique_ptr<TmpSchema> schema_;
    std::unique_ptr<mysql::Connection> replica_;
    int syncs_ = 0;
    drift::Report report_;
};

}  // namespace wisp::test
