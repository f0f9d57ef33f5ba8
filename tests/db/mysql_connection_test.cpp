// SPDX-License-Identifier: Apache-2.0
// Statements, results, errors.
#include "mysql/connection.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/test_server.h"

namespace wisp::mysql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MysqlConnection : public test::ServerTest {};
WISP_FOR_EACH_SERVER(MysqlConnection);

TEST_P(MysqlConnection, KnowsItsServerAndItself) {
    const auto connection = connect();
    EXPECT_EQ(connection->server().mariadb(), server().env.at("WISP_FLAVOR") == "mariadb");
    EXPECT_THAT(connection->server().text, HasSubstr(server().env.at("WISP_VERSION")));
    EXPECT_EQ(connection->scalar("SELECT CONNECTION_ID()"), std::to_string(connection->id()));
}

TEST_P(MysqlConnection, ReadsResults) {
    const auto connection = connect();
    const Result result = connection->query(
        "SELECT CAST(1 AS UNSIGNED) AS one, NULL AS Nothing, '' AS none, 'a\\0b' AS bytes "
        "UNION ALL SELECT 18446744073709551615, 'x', 'y', 'z'");
    EXPECT_THAT(result.columns(), ElementsAre("one", "Nothing", "none", "bytes"));
    ASSERT_EQ(result.size(), 2U);
    EXPECT_EQ(result[0].number(0), 1U);
    EXPECT_TRUE(result[0].is_null(1));
    EXPECT_EQ(result[0].optional_text(1), std::nullopt);
    EXPECT_FALSE(result[0].is_null(2));
    EXPECT_EQ(result[0][2], "");
    EXPECT_EQ(result[0].text(3), std::string("a\0b", 3));
    EXPECT_EQ(result[1].number(0), 18446744073709551615U);
    EXPECT_EQ(result.column("NOTHING"), 1U);
    EXPECT_EQ(result.column("other"), std::nullopt);
    EXPECT_THROW((void)result[0].number(1), Error);
    EXPECT_THROW((void)result[1].number(3), Error);
}

TEST_P(MysqlConnection, ReadsTheFirstCell) {
    const auto connection = connect();
    EXPECT_EQ(connection->scalar("SELECT 'x', 'y'"), "x");
    EXPECT_EQ(connection->scalar("SELECT NULL"), std::nullopt);
    EXPECT_EQ(connection->scalar("SELECT 1 FROM DUAL WHERE 1 = 0"), std::nullopt);
    EXPECT_EQ(connection->scalar("DO 1"), std::nullopt);
}

TEST_P(MysqlConnection, CountsWhatAStatementDid) {
    test::TmpSchema schema(server().primary);
    const std::string from = schema.table("(id INT PRIMARY KEY, v INT)");
    const std::string to = schema.table("(id INT PRIMARY KEY, v INT)");
    const auto connection = connect();
    connection->execute("INSERT INTO " + from + " VALUES (1, 1), (2, 2), (3, 3)");
    connection->execute("INSERT INTO " + to + " VALUES (2, 2)");
    const Executed copied =
        connection->execute("INSERT IGNORE INTO " + to + " SELECT * FROM " + from);
    EXPECT_EQ(copied.records, 3U);
    EXPECT_EQ(copied.duplicates, 1U);
    EXPECT_EQ(copied.affected_rows, 2U);
    EXPECT_THAT(connection->warnings(), ::testing::Each(HasSubstr("1062 Duplicate entry '2'")));
    const Executed same = connection->execute("UPDATE " + to + " SET v = 2 WHERE id = 2");
    EXPECT_EQ(same.affected_rows, 0U) << "matched is not changed";
    EXPECT_EQ(connection->execute("SELECT * FROM " + to).affected_rows, 0U);
}

TEST_P(MysqlConnection, QuotesWhateverItIsGiven) {
    const auto connection = connect();
    EXPECT_EQ(connection->quote(""), "''");
    EXPECT_EQ(connection->quote("it's"), "'it\\'s'");
    std::string all;
    for (int byte = 0; byte < 128; ++byte) all += static_cast<char>(byte);
    all += "€😀\\";
    EXPECT_EQ(connection->scalar("SELECT " + connection->quote(all)), all);
}

TEST_P(MysqlConnection, StaysInStepAfterAProcedure) {
    test::TmpSchema schema(server().primary);
    const std::string procedure = schema.qualified("p");
    schema.connection().execute("CREATE PROCEDURE " + procedure +
                                "() BEGIN SELECT 1; SELECT 2; SELECT 3; END");
    const auto connection = connect();
    EXPECT_EQ(connection->scalar("CALL " + procedure + "()"), "1");
    EXPECT_EQ(connection->scalar("SELECT 4"), "4");
    connection->execute("CALL " + procedure + "()");
    EXPECT_EQ(connection->scalar("SELECT 5"), "5");
}

TEST_P(MysqlConnection, RunsOneStatementAtATime) {
    const auto connection = connect();
    EXPECT_THROW(connection->execute("SELECT 1; SELECT 2"), Error);
    EXPECT_EQ(connection->scalar("SELECT 3"), "3");
}

TEST_P(MysqlConnection, ReportsAnErrorWithEverythingNeeded) {
    const auto connection = connect();
    try {
        connection->query("SELECT nothing FROM nowhere.at_all");
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("SELECT nothing FROM nowhere.at_all"));
        EXPECT_THAT(error.what(), HasSubstr(connection->endpoint().label()));
        EXPECT_THAT(error.what(), HasSubstr("nowhere"));
        EXPECT_THAT(error.where().file_name(), HasSubstr("mysql_connection_test.cpp"));
        EXPECT_TRUE(error.connection_usable());
    }
    EXPECT_EQ(connection->scalar("SELECT 1"), "1");
}

TEST_P(MysqlConnection, SaysWhatTheServerDoesNotKnow) {
    const auto connection = connect();
    for (const char* sql : {"SHOW NONSENSE STATUS", "SET SESSION no_such_variable = 1",
                            "SELECT @@no_such_variable"}) {
        try {
            connection->execute(sql);
            FAIL() << sql;
        } catch (const Error& error) {
            EXPECT_TRUE(error.not_supported()) << error.what();
        }
    }
}

TEST_P(MysqlConnection, ReportsADuplicate) {
    test::TmpSchema schema(server().primary);
    const std::string table = schema.table("(id INT PRIMARY KEY)");
    const auto connection = connect();
    connection->execute("INSERT INTO " + table + " VALUES (1)");
    try {
        connection->execute("INSERT INTO " + table + " VALUES (1)");
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(to_string(error.kind()), "duplicate") << error.what();
    }
}

TEST_P(MysqlConnection, RefusesAStatementTheServerWouldHangUpOn) {
    const auto connection = connect();
    const std::size_t most = connection->max_statement_bytes();
    std::string sql = "DO LENGTH('";
    sql.append(most + 1 - sql.size() - 2, 'x').append("')");
    ASSERT_EQ(sql.size(), most + 1);
    try {
        connection->execute(sql);
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), 1153U);
        EXPECT_EQ(to_string(error.kind()), "fatal");
        EXPECT_LT(std::string(error.what()).size(), 500U);
    }
    EXPECT_EQ(connection->scalar("SELECT 1"), "1") << "nothing was sent";
}

TEST_P(MysqlConnection, SendsTheLongestStatementTheServerTakes) {
    const auto connection = connect();
    const std::size_t most = connection->max_statement_bytes();
    std::string sql = "SELECT LENGTH('";
    const std::size_t value = most - sql.size() - 2;
    sql.append(value, 'x').append("')");
    ASSERT_EQ(sql.size(), most);
    EXPECT_EQ(connection->scalar(sql), std::to_string(value));
}

TEST_P(MysqlConnection, ReadsRowsAroundThePacketBoundary) {
    const auto connection = connect();
    // A row packet of 2^24-1 bytes is followed by an empty one: +5 is the row's length prefix.
    constexpr std::size_t kBoundary = (1U << 24) - 1;
    if (connection->max_statement_bytes() < kBoundary + 10) {
        GTEST_SKIP() << "max_allowed_packet is too small for a value of that length";
    }
    for (const std::size_t length : {kBoundary - 5, kBoundary - 4, kBoundary - 3, kBoundary}) {
        const auto cell = connection->scalar(fmt::format("SELECT REPEAT('x', {})", length));
        ASSERT_TRUE(cell.has_value()) << length;
        EXPECT_EQ(cell->size(), length);
    }
}

TEST_P(MysqlConnection, RunsInWhicheverThreadOwnsIt) {
    auto connection = connect();
    std::string there;
    std::jthread([&there, moved = std::move(connection)]() mutable {
        there = moved->scalar("SELECT 1").value_or("");
        moved.reset();
    }).join();
    EXPECT_EQ(there, "1");
}

TEST_P(MysqlConnection, ManyThreadsConnectAtOnce) {
    std::vector<std::string> answers(8);
    {
        std::vector<std::jthread> threads;
        threads.reserve(answers.size());
        for (std::string& answer : answers) {
            threads.emplace_back(
                [this, &answer] { answer = connect()->scalar("SELECT 1").value_or(""); });
        }
    }
    EXPECT_THAT(answers, ::testing::Each("1"));
}

}  // namespace
}  // namespace wisp::mysql
