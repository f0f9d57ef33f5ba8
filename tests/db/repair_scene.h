// SPDX-License-Identifier: Apache-2.0
// A drifted table on a primary and its replica, wisp's commands that mend it, and what replication
// must be like afterwards.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "mysql/replica.h"
#include "mysql/retry.h"
#include "replica/gtids.h"
#include "tests/db/drift_scene.h"
#include "tests/support/program.h"

namespace wisp::test {

class RepairScene : public DriftScene {
  protected:
    /// Rows (n, n, 'vn') from 1, on both servers.
    void make(int rows) {
        table_ = schema().table(
            "(id INT NOT NULL PRIMARY KEY, u INT NOT NULL, v VARCHAR(20), UNIQUE KEY (u)) "
            "ENGINE=InnoDB");
        std::string list;
        for (int i = 1; i <= rows; ++i) {
            list += fmt::format("{}({}, {}, 'v{}')", i == 1 ? "" : ",", i, i, i);
        }
        primary().execute("INSERT INTO " + table_ + " VALUES " + list);
        catch_up();
    }
    void on_replica(const std::string& before, const std::string& after) {
        ASSERT_GT(replica().execute(before + table_ + after).affected_rows, 0U) << after;
    }
    /// Generous: only a test that fails waits that long.
    static void await(const std::function<bool()>& holds, const char* what) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (!holds()) {
            ASSERT_LT(std::chrono::steady_clock::now(), end) << "waited in vain: " << what;
            mysql::pause({}, std::chrono::milliseconds(10));
        }
    }
    [[nodiscard]] mysql::ReplicaStatus status() const {
        mysql::Connection control(server().replica, {});
        return mysql::replica_status(control).front();
    }
    [[nodiscard]] bool runs() const { return status().sql_running; }
    void steer_sql_thread(const char* verb) const {
        mysql::Connection control(server().replica, {});
        control.execute(sql_thread(verb));
    }
    /// Of this test's schema, on the replica.
    [[nodiscard]] bool replica_has(const std::string& table) const {
        return replica().scalar(fmt::format(
                   "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = '{}'"
                   " AND TABLE_NAME = '{}'",
                   schema().name(), table)) == "1";
    }
    void expect_as_before() {
        EXPECT_EQ(replica::errant(replica(), primary()), "");
        EXPECT_EQ(replica().scalar(fmt::format(
                      "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = '{}'"
                      " AND TABLE_NAME LIKE '%ghk'",
                      schema().name())),
                  "0");
    }
    /// "verify" or "rebuild", of this pair and this schema.
    [[nodiscard]] ProgramRun run_wisp(const std::string& command,
                                      const std::vector<std::string>& flags,
                                      const std::string& fault = {}) const {
        std::vector<std::string> words{WISP_PROGRAM,
                                       command,
                                       "--host=" + server().primary.host,
                                       fmt::format("--port={}", server().primary.port),
                                       "--user=" + server().primary.user,
                                       "--database=" + schema().name()};
        if (command != "migrate") {
            words.push_back(
                fmt::format("--replica={}:{}", server().replica.host, server().replica.port));
        }
        words.insert(words.end(), flags.begin(), flags.end());
        std::vector<std::pair<std::string, std::string>> environment{
            {"WISP_PASSWORD", server().primary.password}};
        if (!fault.empty()) environment.emplace_back("WISP_FAULT", fault);
        return run_program(words, {}, environment);
    }

    std::string table_;
};

}  // namespace wisp::test
