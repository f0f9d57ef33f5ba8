// SPDX-License-Identifier: Apache-2.0
// Small texts: mysql_info(), statements in messages, labels of endpoints.
#include <gtest/gtest.h>

#include "mysql/connection.h"
#include "mysql/native.h"

namespace wisp::mysql {
namespace {

TEST(ParseInfo, ReadsRecordsAndDuplicates) {
    const Executed executed = parse_info("Records: 30000000000  Duplicates: 12  Warnings: 7");
    EXPECT_EQ(executed.records, 30000000000U);
    EXPECT_EQ(executed.duplicates, 12U);
}

TEST(ParseInfo, TakesWhatIsMissingAsNone) {
    EXPECT_EQ(parse_info("").records, 0U);
    EXPECT_EQ(parse_info("Rows matched: 3  Changed: 1  Warnings: 0").records, 0U);
    EXPECT_EQ(parse_info("Records: ").records, 0U);
}

TEST(Shortened, LeavesShortStatementsAlone) {
    EXPECT_EQ(shortened("SELECT 1"), "SELECT 1");
    EXPECT_EQ(shortened(std::string(200, 'x')), std::string(200, 'x'));
}

TEST(Shortened, PutsAStatementOnOneLine) {
    EXPECT_EQ(shortened("SELECT\n\t1"), "SELECT  1");
}

TEST(Shortened, CutsBetweenCharacters) {
    for (std::size_t before = 180; before < 200; ++before) {
        std::string sql(before, 'x');
        for (int i = 0; i < 40; ++i) sql += "€";
        const std::string text = shortened(sql);
        EXPECT_LE(text.size(), 200U);
        ASSERT_TRUE(text.ends_with("…"));
        const std::string_view kept = std::string_view(text).substr(0, text.size() - 3);
        EXPECT_TRUE(kept.size() < before || (kept.size() - before) % 3 == 0)
            << "a character was cut in two";
        EXPECT_TRUE(sql.starts_with(kept));
    }
}

TEST(Endpoint, LabelsItselfByHostAndPort) {
    Endpoint endpoint;
    endpoint.host = "db1.example";
    endpoint.port = 3307;
    endpoint.user = "admin";
    endpoint.password = "secret";
    EXPECT_EQ(endpoint.label(), "db1.example:3307");
    endpoint.host = "2001:db8::1";
    EXPECT_EQ(endpoint.label(), "[2001:db8::1]:3307");
}

TEST(Endpoint, LabelsItselfByTheSocketThatWins) {
    Endpoint endpoint;
    endpoint.socket = "/run/mysqld/mysqld.sock";
    EXPECT_EQ(endpoint.label(), "/run/mysqld/mysqld.sock");
}

}  // namespace
}  // namespace wisp::mysql
