// SPDX-License-Identifier: Apache-2.0
// Ways a statement or a connection ends before its time.
#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "mysql/connection.h"
#include "mysql/connector.h"
#include "mysql/process_list.h"
#include "mysql/replica.h"
#include "mysql/retry.h"
#include "tests/support/relay.h"
#include "tests/support/test_server.h"

namespace wisp::mysql {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

class MysqlCancel : public test::ServerTest {
  protected:
    /// Until the connection is seen as wanted; false after 25 seconds.
    static bool seen(Connection& observer, std::uint64_t id,
                     const std::function<bool(const Process&)>& wanted) {
        const auto end = Clock::now() + seconds(25);
        while (Clock::now() < end) {
            const auto process = find_process(observer, id);
            if (process && wanted(*process)) return true;
            pause({}, milliseconds(5));
        }
        return false;
    }
    static bool sleeps(Connection& observer, std::uint64_t id) {
        return seen(observer, id, [](const Process& process) {
            return process.info.find("SLEEP(30)") != std::string::npos;
        });
    }
    static bool waits_for_table(Connection& observer, std::uint64_t id) {
        return seen(observer, id, [](const Process& process) {
            return process.state.starts_with("Waiting for table");
        });
    }
    static bool gone(Connection& observer, std::uint64_t id) {
        const auto end = Clock::now() + seconds(25);
        while (Clock::now() < end) {
            if (!find_process(observer, id)) return true;
            pause({}, milliseconds(5));
        }
        return false;
    }
    /// Expects a lost connection that stays lost.
    static void expect_lost(Connection& connection, const std::function<void()>& call) {
        try {
            call();
            ADD_FAILURE() << "no error";
        } catch (const Error& error) {
            EXPECT_EQ(to_string(error.kind()), "lost") << error.what();
            EXPECT_FALSE(error.connection_usable());
        }
        EXPECT_FALSE(connection.usable());
        try {
            connection.query("SELECT 1");
            ADD_FAILURE() << "a lost connection came back";
        } catch (const Error& error) {
            EXPECT_EQ(to_string(error.kind()), "lost") << error.what();
        }
    }
};
WISP_FOR_EACH_SERVER(MysqlCancel);

TEST_P(MysqlCancel, KillQueryIsATimeoutAndTheConnectionLives) {
    test::TmpSchema schema(server().primary);
    const auto connection = connect();
    const auto killer = connect();
    const std::string table = schema.table("(id INT PRIMARY KEY)");
    killer->execute("INSERT INTO " + table + " VALUES (1), (2)");
    // A SLEEP() may end without an error when killed; a wait for a lock cannot.
    killer->execute("LOCK TABLES " + table + " WRITE");
    {
        const std::jthread thread([&] {
            EXPECT_TRUE(waits_for_table(*killer, connection->id()));
            kill_query(*killer, connection->id());
        });
        try {
            connection->execute("DELETE FROM " + table);
            ADD_FAILURE() << "no error";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), 1317U);
            EXPECT_EQ(to_string(error.kind()), "timeout");
            EXPECT_TRUE(error.connection_usable());
        }
    }
    killer->execute("UNLOCK TABLES");
    EXPECT_EQ(connection->scalar("SELECT COUNT(*) FROM " + table), "2");
}

TEST_P(MysqlCancel, TheServersOwnTimeLimitIsATimeout) {
    test::TmpSchema schema(server().primary);
    const auto connection = connect();
    if (connection->server().mariadb()) {
        connection->execute("SET max_statement_time = 0.2");
    } else if (connection->server().has_max_execution_time()) {
        connection->execute("SET max_execution_time = 200");
    } else {
        GTEST_SKIP() << "no time limit on " << connection->server().text;
    }
    const std::string table = schema.table("(id INT PRIMARY KEY)");
    connection->execute("INSERT INTO " + table + " VALUES (1), (2)");
    try {
        connection->query("SELECT id FROM " + table + " WHERE SLEEP(30) = 0");
        FAIL() << "no limit";
    } catch (const Error& error) {
        EXPECT_EQ(to_string(error.kind()), "timeout") << error.what();
    }
    EXPECT_TRUE(connection->usable());
}

TEST_P(MysqlCancel, KillConnectionLosesIt) {
    const auto connection = connect();
    const auto killer = connect();
    std::jthread thread([&] {
        EXPECT_TRUE(sleeps(*killer, connection->id()));
        kill_connection(*killer, connection->id());
    });
    expect_lost(*connection, [&] { connection->query("SELECT SLEEP(30)"); });
}

TEST_P(MysqlCancel, AnIdleConnectionThatWasKilledIsLost) {
    const auto connection = connect();
    const auto killer = connect();
    kill_connection(*killer, connection->id());
    EXPECT_TRUE(gone(*killer, connection->id()));
    expect_lost(*connection, [&] { connection->query("SELECT 1"); });
}

TEST_P(MysqlCancel, KillingTheDeadIsNoError) {
    const auto killer = connect();
    std::uint64_t id = 0;
    {
        const auto connection = connect();
        id = connection->id();
    }
    EXPECT_TRUE(gone(*killer, id));
    kill_connection(*killer, id);
    kill_query(*killer, id);
}

TEST_P(MysqlCancel, AnIdleTimeoutOfTheServerLosesIt) {
    Session session;
    session.wait_timeout = seconds(1);
    const auto connection = connect(session);
    const auto observer = connect();
    EXPECT_TRUE(gone(*observer, connection->id()));
    expect_lost(*connection, [&] { connection->query("SELECT 1"); });
}

TEST_P(MysqlCancel, CancelWakesABlockedQuery) {
    for (const TlsMode tls : {TlsMode::kDisabled, TlsMode::kPreferred}) {
        Endpoint endpoint = server().primary;
        endpoint.tls = tls;
        const auto connection = connect(endpoint);
        const auto observer = connect();
        Clock::time_point cancelled;
        std::jthread thread([&] {
            EXPECT_TRUE(sleeps(*observer, connection->id()));
            cancelled = Clock::now();
            connection->cancel();
        });
        expect_lost(*connection, [&] { connection->query("SELECT SLEEP(30)"); });
        const auto woke = Clock::now();
        thread.join();
        EXPECT_LT(woke - cancelled, seconds(10));
        kill_connection(*observer, connection->id());  // the server sleeps on
    }
}

TEST_P(MysqlCancel, CancelWakesAStartedStatement) {
    const auto connection = connect();
    const auto observer = connect();
    connection->start("SELECT SLEEP(30)");
    std::jthread thread([&] {
        EXPECT_TRUE(sleeps(*observer, connection->id()));
        connection->cancel();
    });
    expect_lost(*connection, [&] { connection->finish(); });
    thread.join();
    kill_connection(*observer, connection->id());
}

TEST_P(MysqlCancel, CancelOfAnIdleConnectionLosesTheNextStatement) {
    const auto connection = connect();
    connection->cancel();
    connection->cancel();
    EXPECT_TRUE(connection->cancelled());
    expect_lost(*connection, [&] { connection->query("SELECT 1"); });
}

TEST_P(MysqlCancel, ALostConnectionLetsGoOfItsLocks) {
    test::TmpSchema schema(server().primary);
    const std::string table = schema.table("(id INT PRIMARY KEY)");
    const auto connection = connect();
    const auto other = connect();
    connection->execute("LOCK TABLES " + table + " WRITE");
    connection->cancel();
    EXPECT_TRUE(gone(*other, connection->id())) << "while the object is still there";
    other->execute("INSERT INTO " + table + " VALUES (1)");
}

TEST_P(MysqlCancel, ADestroyedConnectionIsGoneFromTheServer) {
    const auto observer = connect();
    auto connection = connect();
    const auto id = connection->id();
    connection.reset();
    EXPECT_TRUE(gone(*observer, id));
}

// information_schema.PROCESSLIST cannot be read on MySQL 9.7 while such a statement runs.
TEST_P(MysqlCancel, SessionsAreSeenWhileAStatementHasAnEmoji) {
    const auto observer = connect();
    const auto other = connect();
    other->start("SELECT SLEEP(30), '😀'");
    ASSERT_TRUE(sleeps(*observer, other->id()));
    EXPECT_NO_THROW(static_cast<void>(dump_clients(*observer)));

    const auto victim = connect();
    EXPECT_TRUE(bury_session(Connector(server().primary, {}), victim->id(), {}));
    EXPECT_FALSE(find_process(*observer, victim->id()));
    EXPECT_TRUE(find_process(*observer, other->id())) << "the statement had ended by then";
    other->cancel();
}

// After a restart the session that is to be buried, and the one that buries it, may have one id.
TEST_P(MysqlCancel, ASessionThatBuriesLetsItselfLive) {
    const auto before = connect();
    for (std::uint64_t ahead = 1; ahead <= 5; ++ahead) {  // other tests may take an id between
        EXPECT_TRUE(bury_session(Connector(server().primary, {}), before->id() + ahead, {}));
    }
}

TEST_P(MysqlCancel, TheIoTimeoutEndsAWait) {
    Endpoint endpoint = server().primary;
    endpoint.io_timeout = seconds(1);
    const auto connection = connect(endpoint);
    const auto began = Clock::now();
    expect_lost(*connection, [&] { connection->query("SELECT SLEEP(30)"); });
    EXPECT_GE(Clock::now() - began, milliseconds(900));
    EXPECT_LT(Clock::now() - began, seconds(20));
    kill_connection(*connect(), connection->id());
}

TEST_P(MysqlCancel, ABrokenNetworkLosesIt) {
    test::Relay relay(server().primary);
    for (const TlsMode tls : {TlsMode::kDisabled, TlsMode::kPreferred}) {
        Endpoint endpoint = relay.endpoint();
        endpoint.tls = tls;
        const auto connection = connect(endpoint);
        const auto observer = connect();
        std::jthread thread([&] {
            EXPECT_TRUE(sleeps(*observer, connection->id()));
            relay.cut();
        });
        expect_lost(*connection, [&] { connection->query("SELECT SLEEP(30)"); });
        thread.join();
        kill_connection(*observer, connection->id());
    }
}

TEST_P(MysqlCancel, AConnectorReconnectsWithTheSameSession) {
    Session session;
    session.lock_wait_timeout = seconds(7);
    const Connector connector(server().primary, session);
    auto connection = connector.connect();
    connection->cancel();
    EXPECT_THROW(connection->query("SELECT 1"), Error);
    connection = connector.connect_with_retry({});
    EXPECT_EQ(connection->scalar("SELECT @@lock_wait_timeout"), "7");
}

}  // namespace
}  // namespace wisp::mysql
