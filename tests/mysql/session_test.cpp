// SPDX-License-Identifier: Apache-2.0
#include "mysql/session.h"

#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mysql/server_info.h"

namespace wisp::mysql {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string statements(const Session& session, const ServerInfo& server) {
    return fmt::format("{}", fmt::join(session_statements(session, server), ";"));
}

const ServerInfo kMysql97{Flavor::kMysql, 90704, "MySQL 9.7.4"};
const ServerInfo kMysql56{Flavor::kMysql, 50624, "MySQL 5.6.24"};
const ServerInfo kMariadb1011{Flavor::kMariadb, 101119, "MariaDB 10.11.19"};
const ServerInfo kMariadb105{Flavor::kMariadb, 100523, "MariaDB 10.5.23"};

TEST(SessionStatements, TakeTwoRoundTrips) {
    EXPECT_EQ(session_statements({}, kMysql97).size(), 2U);
    EXPECT_EQ(session_statements({}, kMariadb1011).size(), 2U);
}

TEST(SessionStatements, BeginWithTheCharacterSet) {
    EXPECT_TRUE(session_statements({}, kMysql56).front().starts_with("SET NAMES utf8mb4, "));
}

TEST(SessionStatements, ReadCommittedInAFormEveryServerKnows) {
    for (const ServerInfo& server : {kMysql97, kMysql56, kMariadb1011}) {
        EXPECT_THAT(statements({}, server),
                    HasSubstr("TRANSACTION ISOLATION LEVEL READ COMMITTED"));
        EXPECT_THAT(statements({}, server), Not(HasSubstr("tx_isolation")));
    }
}

TEST(SessionStatements, NameOnlyVariablesTheServerHas) {
    EXPECT_THAT(statements({}, kMysql97), HasSubstr("range_optimizer_max_mem_size=0"));
    EXPECT_THAT(statements({}, kMysql97), HasSubstr("information_schema_stats_expiry=0"));
    EXPECT_THAT(statements({}, kMysql97),
                HasSubstr("show_gipk_in_create_table_and_information_schema=1"));
    EXPECT_THAT(statements({}, kMysql97), Not(HasSubstr("max_statement_time")));
    EXPECT_THAT(statements({}, kMysql56), Not(HasSubstr("range_optimizer_max_mem_size")));
    EXPECT_THAT(statements({}, kMysql56), Not(HasSubstr("max_execution_time")));
    EXPECT_THAT(statements({}, kMariadb1011), HasSubstr("in_predicate_conversion_threshold=0"));
    EXPECT_THAT(statements({}, kMariadb1011), HasSubstr("innodb_snapshot_isolation=OFF"));
    EXPECT_THAT(statements({}, kMariadb1011), Not(HasSubstr("max_execution_time")));
    EXPECT_THAT(statements({}, kMariadb105), Not(HasSubstr("innodb_snapshot_isolation")));
}

TEST(SessionStatements, NeverChangeHowLiteralsAreRead) {
    for (const ServerInfo& server : {kMysql97, kMysql56, kMariadb1011}) {
        for (const bool strict : {true, false}) {
            Session session;
            session.strict = strict;
            EXPECT_THAT(statements(session, server), HasSubstr("NO_AUTO_VALUE_ON_ZERO"));
            EXPECT_THAT(statements(session, server), Not(HasSubstr("ANSI")));
            EXPECT_THAT(statements(session, server), Not(HasSubstr("NO_BACKSLASH_ESCAPES")));
        }
    }
}

TEST(SessionStatements, FollowTheSession) {
    Session session;
    session.strict = false;
    session.allow_zero_dates = false;
    session.foreign_key_checks = true;
    session.write_binlog = false;
    session.time_zone = "SYSTEM";
    session.lock_wait_timeout = std::chrono::seconds(3);
    session.innodb_lock_wait_timeout = std::chrono::seconds(0);
    const std::string sql = statements(session, kMysql97);
    EXPECT_THAT(sql, Not(HasSubstr("STRICT")));
    EXPECT_THAT(sql, HasSubstr("NO_ZERO_DATE,NO_ZERO_IN_DATE"));
    EXPECT_THAT(sql, HasSubstr("foreign_key_checks=1"));
    EXPECT_THAT(sql, HasSubstr("sql_log_bin=0"));
    EXPECT_THAT(sql, HasSubstr("time_zone='SYSTEM'"));
    EXPECT_THAT(sql, HasSubstr(" lock_wait_timeout=3,"));
    EXPECT_THAT(sql, HasSubstr("innodb_lock_wait_timeout=1,")) << "0 is out of range";
}

TEST(SessionStatements, TouchTheBinlogSwitchOnlyWhenAsked) {
    EXPECT_THAT(statements({}, kMysql97), Not(HasSubstr("sql_log_bin")));
}

}  // namespace
}  // namespace wisp::mysql
