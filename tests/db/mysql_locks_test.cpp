// SPDX-License-Identifier: Apache-2.0
// Locks: waiting, deadlock, statements that block on purpose.
#include <gtest/gtest.h>

#include "mysql/connection.h"
#include "mysql/process_list.h"
#include "mysql/retry.h"
#include "tests/support/test_server.h"

namespace wisp::mysql {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

class MysqlLocks : public test::ServerTest {
  protected:
    static Session patient(seconds wait) {
        Session session;
        session.lock_wait_timeout = wait;
        session.innodb_lock_wait_timeout = wait;
        return session;
    }
    /// Until `id` is seen to wait; false after 25 seconds.
    static bool waits(Connection& observer, std::uint64_t id, const std::string& state) {
        const auto end = Clock::now() + seconds(25);
        while (Clock::now() < end) {
            const auto seen = find_process(observer, id);
            if (seen && seen->state.find(state) != std::string::npos) return true;
            pause({}, milliseconds(5));
        }
        return false;
    }
};
WISP_FOR_EACH_SERVER(MysqlLocks);

TEST_P(MysqlLocks, ARowLockThatIsWaitedForTooLongIsALockError) {
    test::TmpSchema schema(server().primary);
    const std::string table = schema.table("(id INT PRIMARY KEY, v INT)");
    const auto holder = connect();
    const auto waiter = connect(patient(seconds(1)));
    holder->execute("INSERT INTO " + table + " VALUES (1, 1)");
    holder->execute("BEGIN");
    holder->execute("UPDATE " + table + " SET v = 2");
    try {
        waiter->execute("UPDATE " + table + " SET v = 3");
        FAIL() << "no lock";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), 1205U);
        EXPECT_TRUE(error.retryable());
        EXPECT_TRUE(error.connection_usable());
    }
}

TEST_P(MysqlLocks, AMetadataLockThatIsWaitedForTooLongIsALockError) {
    test::TmpSchema schema(server().primary);
    const std::string table = schema.table("(id INT PRIMARY KEY)");
    const auto holder = connect();
    const auto waiter = connect(patient(seconds(1)));
    holder->execute("LOCK TABLES " + table + " WRITE");
    try {
        waiter->execute("SELECT * FROM " + table);
        FAIL() << "no lock";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), 1205U);
        EXPECT_TRUE(error.retryable());
    }
}

TEST_P(MysqlLocks, ADeadlockIsRetryable) {
    test::TmpSchema schema(server().primary);
    const std::string table = schema.table("(id INT PRIMARY KEY, v INT)");
    const auto first = connect();
    const auto second = connect();
    first->execute("INSERT INTO " + table + " VALUES (1, 0), (2, 0)");
    first->execute("BEGIN");
    second->execute("BEGIN");
    first->execute("UPDATE " + table + " SET v = 1 WHERE id = 1");
    second->execute("UPDATE " + table + " SET v = 2 WHERE id = 2");
    first->start("UPDATE " + table + " SET v = 1 WHERE id = 2");
    unsigned deadlocks = 0;
    const auto note = [&deadlocks](const Error& error) {
        EXPECT_EQ(error.code(), 1213U) << error.what();
        EXPECT_EQ(to_string(error.kind()), "lock");
        EXPECT_TRUE(error.retryable());
        ++deadlocks;
    };
    try {
        second->execute("UPDATE " + table + " SET v = 2 WHERE id = 1");
    } catch (const Error& error) {
        note(error);
    }
    second->execute("ROLLBACK");
    try {
        first->finish();
    } catch (const Error& error) {
        note(error);
    }
    EXPECT_EQ(deadlocks, 1U) << "one victim";
}

TEST_P(MysqlLocks, AStartedStatementWaitsWithoutUs) {
    test::TmpSchema schema(server().primary);
    const std::string table = schema.table("(id INT PRIMARY KEY)");
    const auto holder = connect();
    const auto renamer = connect();
    holder->execute("LOCK TABLES " + table + " WRITE");
    renamer->start("RENAME TABLE " + table + " TO " + schema.qualified("renamed"));
    EXPECT_TRUE(waits(*holder, renamer->id(), "metadata lock"));
    holder->execute("UNLOCK TABLES");
    renamer->finish();
    EXPECT_EQ(holder->scalar("SELECT COUNT(*) FROM " + schema.qualified("renamed")), "0");
    EXPECT_EQ(renamer->scalar("SELECT 1"), "1") << "ready for the next statement";
}

TEST_P(MysqlLocks, AStartedStatementReportsItsErrorAtTheEnd) {
    const auto connection = connect();
    connection->start("SELECT * FROM nowhere.at_all");
    try {
        connection->finish();
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("nowhere.at_all"), std::string::npos);
    }
    EXPECT_EQ(connection->scalar("SELECT 1"), "1");
}

TEST_P(MysqlLocks, AStartedStatementCountsItsRows) {
    test::TmpSchema schema(server().primary);
    const std::string table = schema.table("(id INT PRIMARY KEY)");
    const auto connection = connect();
    connection->start("INSERT INTO " + table + " SELECT 1 UNION SELECT 2");
    const Executed executed = connection->finish();
    EXPECT_EQ(executed.affected_rows, 2U);
    EXPECT_EQ(executed.records, 2U);
}

TEST_P(MysqlLocks, AStartedStatementIsEndedByAKill) {
    test::TmpSchema schema(server().primary);
    const std::string table = schema.table("(id INT PRIMARY KEY)");
    const auto holder = connect();
    const auto waiter = connect();
    holder->execute("LOCK TABLES " + table + " WRITE");
    waiter->start("INSERT INTO " + table + " VALUES (1)");
    ASSERT_TRUE(waits(*holder, waiter->id(), "metadata lock"));
    kill_query(*holder, waiter->id());
    try {
        waiter->finish();
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(to_string(error.kind()), "timeout") << error.what();
    }
    EXPECT_EQ(waiter->scalar("SELECT 1"), "1");
}

TEST_P(MysqlLocks, NowaitIsALockError) {
    test::TmpSchema schema(server().primary);
    const std::string table = schema.table("(id INT PRIMARY KEY)");
    const auto holder = connect();
    const auto waiter = connect();
    if (!waiter->server().mariadb() && waiter->server().version < 80001) {
        GTEST_SKIP() << "no NOWAIT on " << waiter->server().text;
    }
    holder->execute("INSERT INTO " + table + " VALUES (1)");
    holder->execute("BEGIN");
    holder->query("SELECT * FROM " + table + " FOR UPDATE");
    try {
        waiter->query("SELECT * FROM " + table + " FOR UPDATE NOWAIT");
        FAIL() << "no lock";
    } catch (const Error& error) {
        EXPECT_EQ(to_string(error.kind()), "lock") << error.what();
    }
}

}  // namespace
}  // namespace wisp::mysql
