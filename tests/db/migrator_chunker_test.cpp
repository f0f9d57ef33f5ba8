// SPDX-License-Identifier: Apache-2.0
// Ranges cut on real tables: every key that is there or could come lies in exactly one of them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "migrator/chunker.h"
#include "sql/identifier.h"
#include "tests/migrator/live.h"
#include "tests/support/test_server.h"

namespace wisp::migrator {
namespace {

using ::testing::ElementsAre;

struct KeyCase {
    const char* name;
    const char* definition;                             // columns and primary key
    const char* columns;                                // the key's
    std::vector<const char*> values;                    // there when the ranges are cut
    std::vector<const char*> later;                     // come afterwards
    bool (*there)(const mysql::ServerInfo&) = nullptr;  // null: on every server
};

bool mysql8(const mysql::ServerInfo& info) {
    return !info.mariadb() && info.version >= 80000;
}
bool descends(const mysql::ServerInfo& info) {
    return mysql8(info) || (info.mariadb() && info.version >= 100800);
}
bool mariadb_since_107(const mysql::ServerInfo& info) {
    return info.mariadb() && info.version >= 100700;
}
bool mariadb_with_nopad(const mysql::ServerInfo& info) {
    return info.mariadb();
}

std::vector<KeyCase> cases() {
    return {
        {"Int",
         "k INT PRIMARY KEY",
         "k",
         {"-2147483648", "-5", "-1", "0", "1", "7", "8", "2147483647"},
         {"-7", "3", "9"}},
        {"BigintUnsigned",
         "k BIGINT UNSIGNED PRIMARY KEY",
         "k",
         {"0", "1", "9223372036854775807", "9223372036854775808", "9223372036854775809",
          "18446744073709551614", "18446744073709551615"},
         {"2", "9223372036854775810"}},
        {"TinyintZerofill",
         "k TINYINT(3) UNSIGNED ZEROFILL PRIMARY KEY",
         "k",
         {"0", "1", "2", "7", "8", "9", "255"},
         {"3", "100"}},
        {"Decimal",
         "k DECIMAL(20,5) PRIMARY KEY",
         "k",
         {"-99999999999.99999", "-0.00001", "0", "0.00001", "0.1", "1", "123456789012345.67891"},
         {"0.00002", "-1", "999999999999999"}},
        {"VarcharCaseInsensitive",
         "k VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci PRIMARY KEY",
         "k",
         {"''", "'a'", "'B'", "'b1'", "'C'", "'ä1'", "'ß'", "'z'", "'表'", "'_'", "'it''s'",
          "'back\\\\slash'"},
         {"'A2'", "'Bb'", "'Zz '", "'~'", "'0'"}},
        {"VarcharLatin1",
         "k VARCHAR(20) CHARACTER SET latin1 PRIMARY KEY",
         "k",
         {"'a'", "'B'", "'é'", "'ö'", "'ÿ'", "'z'", "' x'"},
         {"'E1'", "'ñ'"}},
        {"VarcharBinary",
         "k VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY",
         "k",
         {"'a'", "'A'", "'b'", "'B'", "'é'", "'0x41'", "'z'"},
         {"'aa'", "'Z'"}},
        {"VarcharUtf16",
         "k VARCHAR(20) CHARACTER SET utf16 PRIMARY KEY",
         "k",
         {"'a'", "'B'", "'é'", "'表'", "'z'", "'0'", "'y'"},
         {"'c'", "'~'"}},
        {"VarcharUnicode9",
         "k VARCHAR(20) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY",
         "k",
         {"'a'", "'a '", "'b'", "'é1'", "'ß'", "'z'", "'表'"},
         {"'a  '", "'E'", "'~'"},
         mysql8},
        {"VarcharNoPad",
         "k VARCHAR(20) COLLATE utf8mb4_general_nopad_ci PRIMARY KEY",
         "k",
         {"'a'", "'a '", "'a  '", "'b'", "'b '", "'z'", "''"},
         {"' '", "'c '"},
         mariadb_with_nopad},
        {"Char",
         "k CHAR(6) CHARACTER SET utf8mb4 PRIMARY KEY",
         "k",
         {"''", "'a'", "'b c'", "'d'", "'x'", "'yy'", "'表'"},
         {"'a b'", "'w'"}},
        {"Varbinary",
         "k VARBINARY(20) PRIMARY KEY",
         "k",
         {"''", "X'00'", "X'0000'", "X'0001'", "X'01'", "X'27'", "X'5C'", "X'80'", "X'FF'",
          "X'FFFF'"},
         {"X'000000'", "X'01FF'", "X'FE'"}},
        {"BinaryWithTrailingZeros",
         "k BINARY(3) PRIMARY KEY",
         "k",
         {"X'00'", "X'0001'", "X'000001'", "X'01'", "X'0101'", "X'80'", "X'FFFFFF'"},
         {"X'010001'", "X'FFFF'"}},
        {"Date",
         "k DATE PRIMARY KEY",
         "k",
         {"'0000-00-00'", "'0001-01-01'", "'1969-12-31'", "'2024-02-00'", "'2024-02-29'",
          "'2026-01-01'", "'9999-12-31'"},
         {"'1970-01-01'", "'2024-03-01'"}},
        {"DatetimeMicroseconds",
         "k DATETIME(6) PRIMARY KEY",
         "k",
         {"'0000-00-00 00:00:00'", "'1000-01-01 00:00:00.000001'", "'2024-01-01 00:00:00'",
          "'2024-01-01 00:00:00.000001'", "'2024-01-01 00:00:00.999999'", "'2024-01-01 00:00:01'",
          "'9999-12-31 23:59:59.999999'"},
         {"'2024-01-01 00:00:00.5'", "'2030-01-01 00:00:00'"}},
        {"Timestamp",
         "k TIMESTAMP(3) NOT NULL DEFAULT '2000-01-01 00:00:00' PRIMARY KEY",
         "k",
         {"'0000-00-00 00:00:00'", "'1970-01-01 00:00:01'", "'2024-03-31 01:30:00'",
          "'2024-03-31 01:30:00.001'", "'2024-10-27 00:30:00'", "'2024-10-27 01:30:00'",
          "'2038-01-19 03:14:07.999'"},
         {"'2024-03-31 02:30:00'", "'2024-10-27 00:45:00'"}},
        {"Time",
         "k TIME(2) PRIMARY KEY",
         "k",
         {"'-838:59:59'", "'-00:00:00.01'", "'00:00:00'", "'00:00:00.5'", "'12:00:00'",
          "'838:59:59'"},
         {"'-01:00:00'", "'23:59:59.99'"}},
        {"Year",
         "k YEAR PRIMARY KEY",
         "k",
         {"0", "1901", "1970", "1999", "2000", "2026", "2155"},
         {"2001", "1950"}},
        {"Enum",
         "k ENUM('z','a','m','B','5','0','y') PRIMARY KEY",
         "k",
         {"1", "2", "3", "5", "6"},
         {"4", "7"}},
        {"Set",
         "k SET('z','a','m','B') PRIMARY KEY",
         "k",
         {"0", "1", "2", "3", "5", "8", "15"},
         {"4", "14"}},
        {"Bit",
         "k BIT(64) PRIMARY KEY",
         "k",
         {"0", "1", "2", "255", "9223372036854775807", "9223372036854775808",
          "18446744073709551615"},
         {"3", "9223372036854775809"}},
        {"ThreeColumns",
         "a INT, b VARCHAR(9) CHARACTER SET utf8mb4, c DATETIME(6), PRIMARY KEY (a, b, c)",
         "a, b, c",
         {"1,'a','2024-01-01'", "1,'a','2024-01-01 00:00:00.000001'", "1,'B','2020-01-01'",
          "1,'c','2020-01-01'", "2,'','2020-01-01'", "2,'A','2019-01-01'", "2,'a','2020-01-01'",
          "-3,'z','2020-01-01'", "3,'a','2020-01-01'", "3,'a','2021-01-01'"},
         {"1,'a','2023-01-01'", "1,'C','2021-01-01'", "2,'b','2000-01-01'", "-9,'','2000-01-01'",
          "9,'zz','2030-01-01'"}},
        {"Descending",
         "a INT, b INT, PRIMARY KEY (a DESC, b)",
         "a, b",
         {"1,1", "1,2", "1,3", "2,1", "2,9", "3,0", "-1,5"},
         {"1,0", "2,5", "9,9", "-9,0"},
         descends},
        {"Uuid",
         "k UUID PRIMARY KEY",
         "k",
         {"'00000000-0000-0000-0000-000000000000'", "'123e4567-e89b-12d3-a456-426655440000'",
          "'123e4567-e89b-12d3-a456-426655440001'", "'f23e4567-e89b-72d3-a456-426655440000'",
          "'123e4567-e89b-42d3-8456-426655440000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
          "'6ccd780c-baba-1026-9564-5b8c656024db'"},
         {"'223e4567-e89b-12d3-a456-426655440000'", "'018e4567-e89b-72d3-a456-426655440000'"},
         mariadb_since_107},
    };
}

class MigratorChunker : public test::ServerTest {
  protected:
    /// All ranges, the last one open.
    static std::vector<Range> cut(const Plan& plan, mysql::Connection& connection,
                                  std::size_t rows) {
        Chunker chunker(plan, rows, {});
        std::vector<Range> ranges;
        while (auto range = chunker.next(connection)) {
            ranges.push_back(*range);
            if (ranges.size() > 100) {
                ADD_FAILURE() << "the chunker does not come to an end";
                break;
            }
        }
        return ranges;
    }
    static std::uint64_t count(mysql::Connection& connection, const Plan& plan,
                               const std::string& where) {
        return std::stoull(
            connection
                .scalar(fmt::format("SELECT COUNT(*) FROM {} FORCE INDEX ({}) WHERE {}",
                                    sql::quote(plan.names.source),
                                    sql::quote(plan.key.source_index_name), where))
                .value());
    }
    static void insert(mysql::Connection& connection, const std::string& table, const char* columns,
                       const std::vector<const char*>& values) {
        for (const char* value : values) {
            connection.execute(
                fmt::format("INSERT INTO {} ({}) VALUES ({})", table, columns, value));
        }
    }
    /// Rows that lie in no range, or in more than one.
    static std::uint64_t astray(mysql::Connection& connection, const Plan& plan,
                                const std::vector<Range>& ranges) {
        std::string sum;
        for (const auto& range : ranges) {
            sum += (sum.empty() ? "" : " + ") + fmt::format("({})", range_condition(plan, range));
        }
        return count(connection, plan, sum + " <> 1");
    }
};
WISP_FOR_EACH_SERVER(MigratorChunker);

TEST_P(MigratorChunker, PutsEveryKeyOfEveryTypeIntoExactlyOneRange) {
    test::TmpSchema schema(server().primary);
    auto& connection = schema.connection();
    for (const auto& key : cases()) {
        SCOPED_TRACE(key.name);
        if (key.there != nullptr && !key.there(connection.server())) continue;
        const std::string table = schema.table(fmt::format("({}) ENGINE=InnoDB", key.definition));
        const auto plan = test::live_plan(connection, test::parse_name(table), "COMMENT='x'");
        insert(connection, table, key.columns, key.values);
        for (const std::size_t rows : {1U, 2U, 3U, 1'000U}) {
            SCOPED_TRACE(fmt::format("{} rows a range", rows));
            const auto ranges = cut(plan, connection, rows);
            ASSERT_EQ(ranges.size(), key.values.size() / rows + 1);
            std::uint64_t counted = 0;
            for (const auto& range : ranges) {
                const auto in_range = count(connection, plan, range_condition(plan, range));
                if (!range.up_to.empty()) {
                    EXPECT_EQ(in_range, rows) << range_condition(plan, range);
                }
                counted += in_range;
            }
            EXPECT_EQ(counted, key.values.size());
            EXPECT_EQ(astray(connection, plan, ranges), 0U);
        }
        const auto ranges = cut(plan, connection, 2);
        insert(connection, table, key.columns, key.later);
        EXPECT_EQ(astray(connection, plan, ranges), 0U)
            << "rows that came after the ranges were cut";
        EXPECT_EQ(count(connection, plan, "1=1"), key.values.size() + key.later.size());
    }
}

TEST_P(MigratorChunker, PutsTheEnumErrorValueIntoARange) {
    test::TmpSchema schema(server().primary);
    auto& connection = schema.connection();
    const std::string table = schema.table("(k ENUM('b','a') PRIMARY KEY)");
    const auto plan = test::live_plan(connection, test::parse_name(table), "COMMENT='x'");
    connection.execute("INSERT IGNORE INTO " + table + " VALUES ('none'), ('a'), ('b')");
    const auto ranges = cut(plan, connection, 1);
    EXPECT_EQ(ranges.size(), 4U);
    EXPECT_EQ(astray(connection, plan, ranges), 0U);
}

TEST_P(MigratorChunker, CutsAnEmptyTableIntoOneOpenRange) {
    test::TmpSchema schema(server().primary);
    const auto plan = test::live_plan(
        schema.connection(), test::parse_name(schema.table("(k INT PRIMARY KEY)")), "COMMENT='x'");
    const auto ranges = cut(plan, schema.connection(), 10);
    ASSERT_EQ(ranges.size(), 1U);
    EXPECT_EQ(range_condition(plan, ranges[0]), "1=1");
}

TEST_P(MigratorChunker, LeavesTheFirstAndTheLastRangeOpenAndNumbersThem) {
    test::TmpSchema schema(server().primary);
    const std::string table = schema.table("(k INT PRIMARY KEY)");
    schema.connection().execute("INSERT INTO " + table + " VALUES (1), (2), (3), (4), (5)");
    const auto plan = test::live_plan(schema.connection(), test::parse_name(table), "COMMENT='x'");
    const auto ranges = cut(plan, schema.connection(), 2);
    ASSERT_EQ(ranges.size(), 3U);
    EXPECT_TRUE(ranges.front().after.empty());
    EXPECT_TRUE(ranges.back().up_to.empty());
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        EXPECT_EQ(ranges[i].number, i);
        if (i > 0) {
            EXPECT_EQ(ranges[i].after, ranges[i - 1].up_to);
        }
    }
}

TEST_P(MigratorChunker, CutsSmallerRangesTowardsTheEnd) {
    test::TmpSchema schema(server().primary);
    const std::string table = schema.table("(k INT PRIMARY KEY)");
    std::string rows = "(1)";
    for (int k = 2; k < 6'000; ++k) rows += fmt::format(", ({})", k);
    schema.connection().execute("INSERT INTO " + table + " VALUES " + rows);
    const auto plan = test::live_plan(schema.connection(), test::parse_name(table), "COMMENT='x'");
    const auto sizes = [&](std::uint64_t expected, unsigned workers, std::size_t fixed = 0) {
        Chunker chunker(plan, fixed, std::chrono::milliseconds(500));
        EXPECT_EQ(chunker.rows(), 2'000U);
        chunker.expect(expected, workers);
        std::vector<std::uint64_t> found;
        while (const auto range = chunker.next(schema.connection())) {
            found.push_back(schema.connection()
                                .query(fmt::format("SELECT COUNT(*) FROM {} WHERE {}", table,
                                                   range_condition(plan, *range)))[0]
                                .number(0));
        }
        return found;
    };
    const auto full = ElementsAre(2'000U, 2'000U, 1'999U);
    EXPECT_THAT(sizes(0, 4), full);
    EXPECT_THAT(sizes(12'000, 4), full);
    EXPECT_THAT(sizes(6'000, 1), full);
    EXPECT_THAT(sizes(6'000, 4, 2'000), full);
    EXPECT_THAT(sizes(6'000, 4),
                ElementsAre(1'500U, 1'125U, 843U, 633U, 474U, 356U, 267U, 250U, 250U, 250U, 51U));
    Chunker chunker(plan, 0, std::chrono::milliseconds(500));
    chunker.expect(6'000, 4);
    chunker.set_workers(1);
    for (unsigned i = 0; i < 3; ++i) EXPECT_TRUE(chunker.next(schema.connection()));
    EXPECT_FALSE(chunker.next(schema.connection()));
    // There are more rows than the statistics say.
    EXPECT_THAT(sizes(1'000, 4), ElementsAre(250U, 250U, 250U, 250U, 2'000U, 2'000U, 999U));
}

TEST_P(MigratorChunker, FindsItsBoundsWithoutWaitingForRowLocks) {
    test::TmpSchema schema(server().primary);
    const std::string table = schema.table("(k INT PRIMARY KEY, v INT)");
    schema.connection().execute("INSERT INTO " + table + " VALUES (1,0), (2,0), (3,0), (4,0)");
    const auto plan = test::live_plan(schema.connection(), test::parse_name(table), "COMMENT='x'");
    const auto holder = connect();
    holder->execute("BEGIN");
    holder->execute("UPDATE " + table + " SET v = 1");
    mysql::Session session;
    session.innodb_lock_wait_timeout = std::chrono::seconds(1);
    const auto copier = connect(session);
    EXPECT_EQ(cut(plan, *copier, 2).size(), 3U);
}

TEST_P(MigratorChunker, KeepsTheFirstUniqueKeyWhoseColumnsHaveNamesOfAnyCharacters) {
    test::TmpSchema schema(server().primary);
    const std::string table = schema.table(
        "(`a b` INT NOT NULL, `c``d` VARCHAR(9) NOT NULL, v INT,"
        " UNIQUE KEY `my ``key` (`c``d`, `a b`))");
    schema.connection().execute("INSERT INTO " + table + " VALUES (1,'x',0), (2,'x',0), (1,'y',0)");
    const auto plan = test::live_plan(schema.connection(), test::parse_name(table), "COMMENT='x'");
    EXPECT_EQ(plan.key.source_index_name, "my `key");
    const auto ranges = cut(plan, schema.connection(), 1);
    EXPECT_EQ(ranges.size(), 4U);
    EXPECT_EQ(astray(schema.connection(), plan, ranges), 0U);
}

}  // namespace
}  // namespace wisp::migrator
