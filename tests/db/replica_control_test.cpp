// SPDX-License-Identifier: Apache-2.0
// Steering a real replica: stopped, run until a point, one table passed over, and all given back.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "mysql/error.h"
#include "mysql/retry.h"
#include "replica/custody.h"
#include "replica/gtids.h"
#include "replica/ignore_filter.h"
#include "replica/problem.h"
#include "replica/sql_thread.h"
#include "replica/state.h"
#include "sql/identifier.h"
#include "tests/support/test_server.h"

namespace wisp::replica {
namespace {

using std::chrono::milliseconds;

class ReplicaControl : public test::ServerTest {
  protected:
    void SetUp() override {
        ServerTest::SetUp();
        if (IsSkipped()) return;
        if (!server().has_replica()) GTEST_SKIP() << "this server has no replica";
        replica_ = connect_replica();
        primary_ = connect();
        schema_ = std::make_unique<test::TmpSchema>(server().primary);
        table_ = schema_->table("(id INT PRIMARY KEY, v INT)");
        await([&] { return rows() == 0; });
        errant_before_ = errant(*replica_, *primary_);
    }
    void TearDown() override {
        if (IsSkipped()) return;
        // Whatever a test did: replication runs, and nothing of ours was logged.
        const auto status = only_channel(*replica_);
        EXPECT_TRUE(status.sql_running) << status.sql_error_text;
        EXPECT_EQ(errant(*replica_, *primary_), errant_before_);
        EXPECT_EQ(ignored_tables(status), "");
    }
    static void await(const std::function<bool()>& holds) {
        for (int look = 0; look < 3000; ++look) {
            if (holds()) return;
            mysql::pause({}, milliseconds(10));
        }
        FAIL() << "waited in vain";
    }
    /// Of the table on the replica; -1: there is no such table.
    [[nodiscard]] int rows(const std::string& table = {}) const {
        try {
            const auto count =
                replica_->scalar("SELECT COUNT(*) FROM " + (table.empty() ? table_ : table));
            return std::stoi(count.value());
        } catch (const mysql::Error&) {
            return -1;
        }
    }
    void insert(int id) const { insert_into(table_, id); }
    void insert_into(const std::string& table, int id) const {
        primary_->execute(fmt::format("INSERT INTO {} VALUES ({}, {})", table, id, id));
    }
    [[nodiscard]] Point end() const { return mysql::binlog_status(*primary_).value(); }
    [[nodiscard]] mysql::Connector connector() const {
        mysql::Session session;
        session.write_binlog = false;
        return {server().replica, session};
    }
    [[nodiscard]] sql::TableName notes() const { return {schema_->name(), "_t_ghk"}; }
    [[nodiscard]] bool has_notes() const { return rows(sql::quote(notes())) >= 0; }
    [[nodiscard]] sql::TableName name() const { return {schema_->name(), "t1"}; }

    std::unique_ptr<mysql::Connection> primary_;
    std::unique_ptr<mysql::Connection> replica_;
    std::unique_ptr<test::TmpSchema> schema_;
    std::string table_;
    std::string errant_before_;
};
WISP_FOR_EACH_SERVER(ReplicaControl);

TEST_P(ReplicaControl, KnowsItsSource) {
    const auto status = only_channel(*replica_);
    EXPECT_NO_THROW(demand_source(status, *replica_, *primary_));
    EXPECT_THROW(demand_source(status, *replica_, *replica_), Problem);
    EXPECT_THROW(static_cast<void>(only_channel(*primary_)), Problem);
}

TEST_P(ReplicaControl, RunsUntilAPointAndNotFurther) {
    replica::stop(*replica_);
    insert(1);
    insert(2);
    const Point point = end();
    insert(3);
    insert(4);
    await([&] { return only_channel(*replica_).received_offset >= end().offset; });
    EXPECT_EQ(rows(), 0);
    EXPECT_FALSE(has_applied(*replica_, point));
    run_until(*replica_, point);
    await([&] { return reached(*replica_, point) != Reached::kNotYet; });
    EXPECT_EQ(reached(*replica_, point), Reached::kYes);
    EXPECT_EQ(rows(), 2);
    EXPECT_TRUE(has_applied(*replica_, point));
    EXPECT_EQ(beyond(*replica_, *primary_, point), "");
    replica::start(*replica_);
    await([&] { return rows() == 4; });
    if (!primary_->server().mariadb() && only_channel(*replica_).by_gtid) {
        EXPECT_NE(beyond(*replica_, *primary_, point), "");
    }
}

/// An UNTIL for a thread that runs already is ignored.
TEST_P(ReplicaControl, OneThatRunsBeyondAPointHasNotReachedIt) {
    insert(1);
    Point point = end();
    point.gtid_set.clear();
    insert(2);
    await([&] { return rows() == 2; });
    await([&] { return has_applied(*replica_, point); });
    await([&] { return reached(*replica_, point) == Reached::kFailed; });
    EXPECT_TRUE(only_channel(*replica_).sql_running);
}

TEST_P(ReplicaControl, ClosesGapsFromStopped) {
    replica::stop(*replica_);
    insert(1);
    EXPECT_TRUE(close_gaps(*replica_, std::chrono::seconds(30), {}));
    EXPECT_FALSE(only_channel(*replica_).sql_running);
    replica::start(*replica_);
}

TEST_P(ReplicaControl, TransactionsThatOnlyOneServerHasAreErrant) {
    replica::stop(*replica_);
    insert(1);
    if (has_gtids(*primary_)) {
        EXPECT_NE(errant(*primary_, *replica_), "");
    }
    replica::start(*replica_);
    await([&] { return rows() == 1; });
    EXPECT_EQ(errant(*replica_, *primary_), errant_before_);
}

TEST_P(ReplicaControl, CustodyGivesBackWhateverEndsIt) {
    {
        Custody custody(connector(), notes());
        custody.make_writable();
        custody.stop();
        EXPECT_FALSE(only_channel(*replica_).sql_running);
        EXPECT_TRUE(has_notes());
        insert(1);
    }
    EXPECT_TRUE(only_channel(*replica_).sql_running);
    EXPECT_FALSE(has_notes());
    await([&] { return rows() == 1; });
}

TEST_P(ReplicaControl, AStoppedReplicaStaysStopped) {
    replica::stop(*replica_);
    {
        Custody custody(connector(), notes());
        custody.stop();
        insert(1);
        EXPECT_TRUE(custody.run_until(end(), {}));
        await([&] { return reached(*replica_, end()) == Reached::kYes; });
    }
    EXPECT_FALSE(only_channel(*replica_).sql_running);
    replica::start(*replica_);
}

TEST_P(ReplicaControl, AnUntilDoesNotOutliveCustody) {
    {
        Custody custody(connector(), notes());
        custody.stop();
        Point far = end();
        far.offset += 1'000'000;
        far.gtid_set.clear();
        EXPECT_TRUE(custody.run_until(far, {}));
    }
    EXPECT_TRUE(only_channel(*replica_).sql_running);
    insert(1);
    await([&] { return rows() == 1; });
}

TEST_P(ReplicaControl, WhatAKilledRunOwedIsGivenBackByTheNext) {
    const auto child = fork();
    if (child == 0) {
        Custody killed(connector(), notes());
        killed.stop();
        ::kill(getpid(), SIGKILL);
    }
    waitpid(child, nullptr, 0);
    EXPECT_FALSE(only_channel(*replica_).sql_running);
    Custody next(connector(), notes());
    ASSERT_TRUE(next.adopt());
    EXPECT_EQ(next.owed().size(), 1U);
    next.give_back();
    EXPECT_TRUE(only_channel(*replica_).sql_running);
    EXPECT_FALSE(has_notes());
    EXPECT_FALSE(next.adopt());
}

TEST_P(ReplicaControl, PassesOneTableOverAndKeepsOtherFilters) {
    if (!replica_->server().mariadb() && !replica_->server().has_data_dictionary()) {
        GTEST_SKIP() << "this server's filters cannot be changed while it runs";
    }
    const std::string other = schema_->table("(id INT PRIMARY KEY, v INT)");
    const std::string before = "nowhere.kept";
    replica::stop(*replica_);
    replica_->execute(set_ignored_tables(*replica_, "", before));
    replica::start(*replica_);
    {
        Custody custody(connector(), notes());
        custody.stop();
        custody.ignore(name());
        custody.start();
        EXPECT_THAT(ignored_tables(only_channel(*replica_)), ::testing::HasSubstr("nowhere.kept"));
        insert(1);
        insert_into(other, 1);
        await([&] { return rows(other) == 1; });
        EXPECT_EQ(rows(), 0);
    }
    EXPECT_EQ(ignored_tables(only_channel(*replica_)), before);
    EXPECT_FALSE(has_notes());
    insert(2);
    await([&] { return rows() == 1; });
    replica::stop(*replica_);
    replica_->execute(set_ignored_tables(*replica_, "", ""));
    replica::start(*replica_);
}

TEST_P(ReplicaControl, ATableThatWasPassedOverAndNotMendedIsNoted) {
    if (!replica_->server().mariadb() && !replica_->server().has_data_dictionary()) {
        GTEST_SKIP() << "this server's filters cannot be changed while it runs";
    }
    replica::stop(*replica_);  // as an error would have done
    {
        Custody custody(connector(), notes());
        custody.stop();
        custody.ignore(name());
        custody.start();
    }
    EXPECT_FALSE(only_channel(*replica_).sql_running);
    EXPECT_EQ(ignored_tables(only_channel(*replica_)), "");
    Custody next(connector(), notes());
    ASSERT_TRUE(next.adopt());
    EXPECT_TRUE(next.passed_over());
    next.run_in_the_end();
    next.give_back();
    EXPECT_TRUE(only_channel(*replica_).sql_running);
    EXPECT_FALSE(has_notes());
}

TEST_P(ReplicaControl, SaysWhatBrokeIt) {
    insert(1);
    await([&] { return rows() == 1; });
    const auto session = connector().connect();
    const auto broken = [&] {
        await([&] {
            const auto status = only_channel(*replica_);
            return status.sql_error != 0 && !status.sql_running;  // the error shows first
        });
        return breakage(*replica_, only_channel(*replica_));
    };
    const auto mend = [&](const std::string& statement) {
        session->execute(statement);
        replica::start(*replica_);
    };
    const auto names_it = [&](const Breakage& found) {
        // Where performance_schema is off, a parallel applier names no table.
        const auto named = names_table(found, name());
        EXPECT_NE(named, false) << found.text;
        EXPECT_NE(names_table(found, {schema_->name(), "other"}), true) << found.text;
    };
    session->execute("DELETE FROM " + table_);
    primary_->execute("UPDATE " + table_ + " SET v = 7 WHERE id = 1");
    auto found = broken();
    EXPECT_EQ(found.error, 1032U);
    names_it(found);
    mend("INSERT INTO " + table_ + " VALUES (1, 1), (2, 2)");
    insert(2);
    found = broken();
    EXPECT_EQ(found.error, 1062U);
    names_it(found);
    mend("DELETE FROM " + table_ + " WHERE id = 2");
    await([&] { return only_channel(*replica_).sql_running; });
    session->execute("RENAME TABLE " + table_ + " TO " + schema_->qualified("away"));
    insert(3);
    found = broken();
    EXPECT_EQ(found.error, 1146U);
    EXPECT_TRUE(found.of_a_table());
    names_it(found);
    mend("RENAME TABLE " + schema_->qualified("away") + " TO " + table_);
    await([&] { return rows() == 3; });
}

TEST_P(ReplicaControl, LiftsSuperReadOnlyAndSetsItAgain) {
    if (replica_->server().mariadb() || !replica_->server().has_data_dictionary()) {
        GTEST_SKIP() << "this server has no super_read_only";
    }
    const auto was = replica_->scalar("SELECT @@global.read_only").value();
    replica_->execute("SET GLOBAL super_read_only = ON");
    {
        Custody custody(connector(), notes());
        custody.make_writable();
        EXPECT_EQ(replica_->scalar("SELECT @@global.super_read_only"), "0");
        EXPECT_EQ(replica_->scalar("SELECT @@global.read_only"), "1");
        custody.session().execute("DELETE FROM " + table_);
    }
    EXPECT_EQ(replica_->scalar("SELECT @@global.super_read_only"), "1");
    {
        Custody custody(connector(), notes());
        custody.make_writable();
        custody.stop();
        replica_->execute("SET GLOBAL super_read_only = ON");  // as a restart may do
        EXPECT_NO_THROW(custody.give_back());
    }
    EXPECT_TRUE(only_channel(*replica_).sql_running);
    EXPECT_EQ(replica_->scalar("SELECT @@global.super_read_only"), "1");
    replica_->execute("SET GLOBAL super_read_only = OFF");
    replica_->execute("SET GLOBAL read_only = " + was);
    EXPECT_FALSE(has_notes());
}

}  // namespace
}  // namespace wisp::replica
