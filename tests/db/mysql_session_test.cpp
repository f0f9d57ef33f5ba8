// SPDX-License-Identifier: Apache-2.0
// The session settings, as the server sees them after a connect.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "mysql/connection.h"
#include "tests/support/test_server.h"

namespace wisp::mysql {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class MysqlSession : public test::ServerTest {
  protected:
    static std::string variable(Connection& connection, const std::string& name) {
        return connection.scalar("SELECT @@SESSION." + name).value_or("NULL");
    }
};
WISP_FOR_EACH_SERVER(MysqlSession);

TEST_P(MysqlSession, IsUtf8mb4AllTheWay) {
    const auto connection = connect();
    for (const char* name :
         {"character_set_client", "character_set_connection", "character_set_results"}) {
        EXPECT_EQ(variable(*connection, name), "utf8mb4") << name;
    }
    EXPECT_EQ(connection->scalar("SELECT HEX('€😀')"), "E282ACF09F9880");
    EXPECT_EQ(connection->scalar("SELECT '€😀'"), "€😀");
}

TEST_P(MysqlSession, HasTheSettingsOfEveryServer) {
    const auto connection = connect();
    const std::string wait_timeout = std::to_string(Session{}.wait_timeout.count());
    const std::vector<std::pair<const char*, std::string>> expected = {
        {"time_zone", "+00:00"},
        {"autocommit", "1"},
        {"completion_type", "NO_CHAIN"},
        {"foreign_key_checks", "0"},
        {"unique_checks", "1"},
        {"sql_quote_show_create", "1"},
        {"sql_auto_is_null", "0"},
        {"sql_safe_updates", "0"},
        {"sql_select_limit", "18446744073709551615"},
        {"group_concat_max_len", "1073741824"},
        {"lock_wait_timeout", "5"},
        {"innodb_lock_wait_timeout", "5"},
        {"wait_timeout", wait_timeout},
        {"net_write_timeout", "600"},
    };
    for (const auto& [name, value] : expected)
        EXPECT_EQ(variable(*connection, name), value) << name;
    const std::string mode = variable(*connection, "sql_mode");
    EXPECT_THAT(mode, HasSubstr("STRICT_ALL_TABLES"));
    EXPECT_THAT(mode, HasSubstr("NO_AUTO_VALUE_ON_ZERO"));
    EXPECT_THAT(mode, HasSubstr("ALLOW_INVALID_DATES"));
    EXPECT_THAT(mode, Not(HasSubstr("NO_ZERO")));
    EXPECT_THAT(mode, Not(HasSubstr("ANSI_QUOTES")));
    EXPECT_THAT(variable(*connection, "optimizer_switch"), HasSubstr("materialization=off"));
}

TEST_P(MysqlSession, ReadsCommittedAndWrites) {
    const auto connection = connect();
    const ServerInfo& info = connection->server();
    const bool new_name = info.mariadb() ? info.version >= 110101 : info.version >= 50720;
    const std::string prefix = new_name ? "transaction" : "tx";
    EXPECT_EQ(variable(*connection, prefix + "_isolation"), "READ-COMMITTED");
    EXPECT_EQ(variable(*connection, prefix + "_read_only"), "0");
}

TEST_P(MysqlSession, HasTheSettingsOfItsFamily) {
    const auto connection = connect();
    const ServerInfo& info = connection->server();
    const auto expect = [&](bool has, const char* name, const char* value) {
        if (!has) return;
        EXPECT_EQ(variable(*connection, name), value) << name;
    };
    expect(info.has_range_optimizer_limit(), "range_optimizer_max_mem_size", "0");
    expect(info.has_max_execution_time(), "max_execution_time", "0");
    expect(info.has_cached_statistics(), "information_schema_stats_expiry", "0");
    expect(info.has_explain_format(), "explain_format", "TRADITIONAL");
    expect(info.has_generated_invisible_primary_key(),
           "show_gipk_in_create_table_and_information_schema", "1");
    expect(info.mariadb(), "max_statement_time", "0.000000");
    expect(info.has_in_predicate_conversion(), "in_predicate_conversion_threshold", "0");
    expect(info.has_idle_transaction_timeout(), "idle_transaction_timeout", "0");
    expect(info.has_snapshot_isolation(), "innodb_snapshot_isolation", "0");
}

// The version predicates again, asked of the server itself.
TEST_P(MysqlSession, PredicatesAgreeWithTheServer) {
    const auto connection = connect();
    const ServerInfo& info = connection->server();
    const auto check = [&](bool expected, const char* name) {
        const bool there =
            !connection->query("SHOW VARIABLES LIKE " + connection->quote(name)).empty();
        EXPECT_EQ(expected, there) << name << " on " << info.text;
    };
    check(info.has_range_optimizer_limit(), "range_optimizer_max_mem_size");
    check(info.has_max_execution_time(), "max_execution_time");
    check(info.has_cached_statistics(), "information_schema_stats_expiry");
    check(info.has_explain_format(), "explain_format");
    check(info.has_generated_invisible_primary_key(),
          "show_gipk_in_create_table_and_information_schema");
    check(info.has_in_predicate_conversion(), "in_predicate_conversion_threshold");
    check(info.has_idle_transaction_timeout(), "idle_transaction_timeout");
    check(info.has_snapshot_isolation(), "innodb_snapshot_isolation");
    check(info.has_server_uuid(), "server_uuid");
    check(info.has_gtid_executed(), "gtid_executed");
}

TEST_P(MysqlSession, WritesEveryDateALaxSessionStored) {
    test::TmpSchema schema(server().primary);
    const std::string table =
        schema.table("(id INT PRIMARY KEY, d DATE, dt DATETIME, ts TIMESTAMP NULL)");
    const auto connection = connect();
    for (const char* date : {"0000-00-00", "2024-00-10", "2024-10-00", "2024-02-31"}) {
        connection->execute("REPLACE INTO " + table + " (id, d, dt) VALUES (1, '" + date + "', '" +
                            date + " 01:02:03')");
        EXPECT_EQ(connection->scalar("SELECT d FROM " + table), date);
    }
    connection->execute("REPLACE INTO " + table + " (id, ts) VALUES (1, '0000-00-00 00:00:00')");
    EXPECT_EQ(connection->scalar("SELECT ts FROM " + table), "0000-00-00 00:00:00");
}

TEST_P(MysqlSession, RefusesWhatDoesNotFit) {
    test::TmpSchema schema(server().primary);
    const std::string table = schema.table("(id TINYINT PRIMARY KEY)");
    EXPECT_THROW(connect()->execute("INSERT INTO " + table + " VALUES (300)"), Error);
    Session lax;
    lax.strict = false;
    const auto connection = connect(lax);
    EXPECT_EQ(connection->execute("INSERT INTO " + table + " VALUES (300)").warnings, 1U);
    const auto warnings = connection->warnings();
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_TRUE(warnings[0].starts_with("1264 Out of range")) << warnings[0];
}

TEST_P(MysqlSession, LeavesTheBinlogOutWhenAsked) {
    Session session;
    session.write_binlog = false;
    EXPECT_EQ(variable(*connect(session), "sql_log_bin"), "0");
    EXPECT_EQ(variable(*connect(), "sql_log_bin"), "1");
}

TEST_P(MysqlSession, NeedsNoPrivilege) {
    const auto root = connect();
    const test::TmpUser user(*root, "");
    const auto connection = connect(user.endpoint());
    EXPECT_EQ(variable(*connection, "foreign_key_checks"), "0");

    Session session;
    session.write_binlog = false;  // this one does
    try {
        const Connection refused(user.endpoint(), session);
        FAIL() << "sql_log_bin without a privilege";
    } catch (const Error& error) {
        EXPECT_EQ(to_string(error.kind()), "refused") << error.what();
    }
}

}  // namespace
}  // namespace wisp::mysql
