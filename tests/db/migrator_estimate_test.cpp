// SPDX-License-Identifier: Apache-2.0
// What an estimate reads from a real server: the tail of its binlog, sizes, a sample of rows.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "binlog/server_log.h"
#include "migrator/estimate/figures.h"
#include "migrator/estimate/write_rate.h"
#include "migrator/inspector.h"
#include "migrator/table_maker.h"
#include "sql/identifier.h"
#include "tests/migrator/live.h"
#include "tests/support/test_server.h"

namespace wisp::migrator {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class MigratorEstimate : public test::SchemaTest {
  protected:
    void SetUp() override {
        test::SchemaTest::SetUp();
        if (IsSkipped()) return;
        name_ = schema_->table("(id INT NOT NULL PRIMARY KEY, v VARCHAR(100) NOT NULL)");
        // What other tests have logged lies in files before this one.
        c().execute("FLUSH BINARY LOGS");
        source_ = inspect_table(c(), test::parse_name(name_));
    }
    mysql::Connection& c() { return schema_->connection(); }
    void insert(unsigned first, unsigned count) {
        std::string rows;
        for (unsigned i = first; i < first + count; ++i) {
            rows += fmt::format("{}({}, REPEAT('x', 50))", rows.empty() ? "" : ",", i);
        }
        c().execute(fmt::format("INSERT INTO {} VALUES {}", name_, rows));
    }
    [[nodiscard]] WriteRate measure(const binlog::TailLimits& limits = {}) const {
        return measure_writes(server().primary, source_, limits, {});
    }

    std::string name_;
    sql::Table source_;
};
WISP_FOR_EACH_SERVER(MigratorEstimate);

TEST_P(MigratorEstimate, CountsTheRowsOfThisTableOnly) {
    const std::string other = schema_->table("(id INT NOT NULL PRIMARY KEY)");
    insert(1, 40);
    c().execute("INSERT INTO " + other + " VALUES (1), (2), (3)");
    c().execute(fmt::format("UPDATE {} SET v = 'y' WHERE id <= 10", name_));
    c().execute(fmt::format("DELETE FROM {} WHERE id <= 5", name_));
    const auto rate = measure();
    EXPECT_THAT(rate.unknown, IsEmpty());
    EXPECT_EQ(rate.rows, 55U);
    EXPECT_EQ(rate.transactions, 3U);
    EXPECT_EQ(rate.statements, 0U);
    // 40 inserts and 10 before images of 50 characters at least.
    EXPECT_GT(rate.bytes, 2'500U);
    EXPECT_LT(rate.bytes, 6'000U);
    EXPECT_FALSE(rate.listened);
    EXPECT_GT(rate.log_bytes, rate.bytes);
}

TEST_P(MigratorEstimate, RolledBackRowsDoNotCount) {
    insert(1, 3);
    c().execute("START TRANSACTION");
    insert(10, 2);
    c().execute("SAVEPOINT s");
    insert(20, 7);
    c().execute("ROLLBACK TO s");
    c().execute("COMMIT");
    c().execute("START TRANSACTION");
    insert(30, 9);
    c().execute("ROLLBACK");
    EXPECT_EQ(measure().rows, 5U);
}

TEST_P(MigratorEstimate, TheRateIsThatOfTheLastMinutesOnly) {
    insert(1, 30);
    std::this_thread::sleep_for(std::chrono::milliseconds(3'100));
    insert(100, 7);
    binlog::TailLimits limits;
    limits.span = std::chrono::seconds(2);
    const auto rate = measure(limits);
    EXPECT_EQ(rate.rows, 7U);
    EXPECT_DOUBLE_EQ(rate.seconds, 2);
}

TEST_P(MigratorEstimate, ReadsTheFilesBeforeTheNewestOneAsWell) {
    insert(1, 30);
    c().execute("FLUSH BINARY LOGS");
    insert(100, 7);
    c().execute("FLUSH BINARY LOGS");
    EXPECT_EQ(measure().rows, 37U);
}

TEST_P(MigratorEstimate, ListensWhereTheNewestFileIsTooLarge) {
    insert(1, 30);
    binlog::TailLimits limits;
    limits.bytes = 100;
    limits.listening = std::chrono::seconds(3);
    std::jthread writer([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(1'500));
        auto connection = connect();
        connection->execute(fmt::format("INSERT INTO {} VALUES (1000, 'now')", name_));
    });
    const auto rate = measure(limits);
    EXPECT_THAT(rate.unknown, IsEmpty());
    EXPECT_TRUE(rate.listened);
    EXPECT_EQ(rate.rows, 1U);
    EXPECT_GE(rate.seconds, 2);
    EXPECT_LE(rate.seconds, 6);
}

TEST_P(MigratorEstimate, SeesStatementsOnTheTable) {
    auto session = connect();
    session->execute("SET SESSION binlog_format = 'STATEMENT'");
    // InnoDB logs statements only where phantoms cannot be.
    session->execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    session->execute(fmt::format("INSERT INTO {} VALUES (1, 'x')", name_));
    session->execute(fmt::format("UPDATE {} SET v = 'z'", name_));
    const auto rate = measure();
    EXPECT_EQ(rate.statements, 2U);
    EXPECT_EQ(rate.rows, 0U);
}

TEST_P(MigratorEstimate, AServerThatCannotBeReadIsNoFailure) {
    mysql::Endpoint nobody = server().primary;
    nobody.port = 1;
    const auto rate = measure_writes(nobody, source_, {}, {});
    EXPECT_THAT(rate.unknown, HasSubstr("connect"));
}

TEST_P(MigratorEstimate, StopsWhenAskedTo) {
    binlog::TailLimits limits;
    limits.bytes = 100;
    limits.listening = std::chrono::seconds(60);
    std::stop_source stop;
    std::jthread operator_([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        stop.request_stop();
    });
    const auto began = std::chrono::steady_clock::now();
    static_cast<void>(measure_writes(server().primary, source_, limits, stop.get_token()));
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
}

TEST_P(MigratorEstimate, TellsSizeAndReadsASample) {
    for (unsigned i = 0; i < 20; ++i) insert(1 + i * 500, 500);
    c().query("ANALYZE TABLE " + name_);
    const auto size = table_size(c(), source_.name);
    EXPECT_GT(size.rows, 5'000U);
    EXPECT_LT(size.rows, 20'000U);
    EXPECT_GT(size.data_bytes, 10'000U * 50);
    const auto plan = test::live_plan(c(), source_.name, "ADD COLUMN z INT");
    const auto sample = sample_read(c(), plan, size);
    EXPECT_EQ(sample.rows, 5'000U);
    EXPECT_GT(sample.seconds, 0);
}

TEST_P(MigratorEstimate, SaysOfDisksWhatTheServerSays) {
    const auto rooms = disk_rooms(c());
    EXPECT_EQ(rooms.known.empty(), !rooms.unknown.empty());
    if (c().server().mariadb()) return;
    EXPECT_THAT(rooms.unknown, HasSubstr("MySQL"));
}

}  // namespace
}  // namespace wisp::migrator
