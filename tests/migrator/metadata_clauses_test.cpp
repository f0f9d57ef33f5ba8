// SPDX-License-Identifier: Apache-2.0
// Which ALTERs are on the list of those that change only metadata.
#include "migrator/metadata_clauses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/migrator/plans.h"

namespace wisp::migrator {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// As MySQL 9.7 shows it; utf8mb4 takes four bytes a character.
sql::Table source() {
    auto varchar = test::column("v", "varchar(40)");
    varchar.max_characters = 40;
    varchar.max_bytes = 160;
    auto wide = test::nullable(test::collated("w", "varchar(100)", "utf8mb4", "utf8mb4_bin"));
    wide.max_characters = 100;
    wide.max_bytes = 400;
    auto made = test::generated(test::column("g", "int"), sql::Generated::kVirtual);
    sql::Key plain{"a_index", false, {{"a", 0, false}}};
    sql::Key expression{"f", false, {{"", 0, false}}};
    auto table = test::table(
        {test::column("id", "int"), test::column("a", "int"), varchar, wide,
         test::column("e", "enum('x','y')"), test::column("s", "set('1','2','3','4','5','6','7')"),
         made},
        {test::primary_key({"id"}), test::unique_key("u", {"a", "v"}), plain, expression});
    table.engine = "InnoDB";
    table.create_statement =
        "CREATE TABLE `t` (\n"
        "  `id` int NOT NULL AUTO_INCREMENT,\n"
        "  `a` int NOT NULL DEFAULT '1' COMMENT 'old',\n"
        "  `v` varchar(40) COLLATE utf8mb4_general_ci NOT NULL,\n"
        "  `w` varchar(100) COLLATE utf8mb4_bin DEFAULT NULL,\n"
        "  `e` enum('x','y') NOT NULL,\n"
        "  `s` set('1','2','3','4','5','6','7') NOT NULL,\n"
        "  `g` int GENERATED ALWAYS AS (`a` + 1) VIRTUAL NOT NULL,\n"
        "  PRIMARY KEY (`id`),\n"
        "  UNIQUE KEY `u` (`a`,`v`),\n"
        "  KEY `a_index` (`a`),\n"
        "  KEY `f` ((`a` + 1)),\n"
        "  FULLTEXT KEY `ft` (`v`)\n"
        ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci COMMENT='(x)'";
    return table;
}

std::string why_not(const std::string& alter, const sql::Table& table = source(),
                    unsigned version = 90700) {
    const auto split = sql::split_alter(alter);
    if (!split) return "not split: " + split.error();
    return why_not_metadata(*split, table, {mysql::Flavor::kMysql, version, ""});
}

class OnTheList : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(
    Clauses, OnTheList,
    ::testing::Values(
        "RENAME INDEX a_index TO b", "RENAME KEY `a_index` TO `b c`", "DROP INDEX a_index",
        "DROP KEY u", "RENAME COLUMN a TO b", "ALTER COLUMN a SET DEFAULT -5",
        "ALTER a SET DEFAULT 'x'", "ALTER COLUMN a DROP DEFAULT", "ALTER INDEX a_index INVISIBLE",
        "ALTER INDEX a_index NOT IGNORED", "MODIFY v VARCHAR(63) NOT NULL",
        "MODIFY COLUMN v varchar(40) NOT NULL DEFAULT 'q' COMMENT 'new, one'",
        "MODIFY w VARCHAR(16000) COLLATE utf8mb4_bin",
        "MODIFY v VARCHAR(63) COLLATE utf8mb4_general_ci NOT NULL",
        "MODIFY v VARCHAR(63) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL",
        "MODIFY e ENUM('x','y','z') NOT NULL",
        "MODIFY s SET('1','2','3','4','5','6','7','8') NOT NULL",
        "MODIFY a INT NOT NULL DEFAULT 7 COMMENT 'new'", "MODIFY a INT(11) NOT NULL",
        "DROP INDEX a_index, RENAME COLUMN v TO w2, ALTER a SET DEFAULT NULL"));
TEST_P(OnTheList, IsTried) {
    EXPECT_THAT(why_not(GetParam()), IsEmpty());
}

class NotOnTheList : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(
    Clauses, NotOnTheList,
    ::testing::Values(
        "ADD COLUMN z INT", "ADD INDEX (a)", "DROP COLUMN a", "DROP PRIMARY KEY", "ENGINE=InnoDB",
        "FORCE", "DROP INDEX `PRIMARY`", "DROP INDEX ft", "DROP INDEX f", "DROP INDEX nobody",
        "DROP INDEX IF EXISTS a_index", "CHANGE a b INT NOT NULL", "RENAME COLUMN nobody TO b",
        "ALTER COLUMN a SET DEFAULT (1 + 1)", "ALTER COLUMN g SET DEFAULT 1",
        "MODIFY v VARCHAR(64) NOT NULL", "MODIFY v VARCHAR(39) NOT NULL", "MODIFY v VARCHAR(63)",
        "MODIFY v VARCHAR(63) NOT NULL FIRST", "MODIFY v VARCHAR(63) NOT NULL AFTER id",
        "MODIFY v VARCHAR(63) CHARACTER SET latin1 NOT NULL",
        "MODIFY v VARCHAR(63) CHARACTER SET utf8mb4 NOT NULL",
        "MODIFY v VARCHAR(63) COLLATE utf8mb4_bin NOT NULL", "MODIFY v VARCHAR(63) NOT NULL UNIQUE",
        "MODIFY v TEXT NOT NULL", "MODIFY v VARCHAR(99999999999999999999) NOT NULL",
        "MODIFY w VARCHAR(200)", "MODIFY w VARCHAR(60) COLLATE utf8mb4_bin",
        "MODIFY e ENUM('y','x') NOT NULL", "MODIFY e ENUM('x') NOT NULL",
        "MODIFY e ENUM('w','x','y') NOT NULL", "MODIFY e SET('x','y') NOT NULL",
        "MODIFY s SET('1','2','3','4','5','6','7','8','9') NOT NULL", "MODIFY a BIGINT NOT NULL",
        "MODIFY a INT NOT NULL AUTO_INCREMENT", "MODIFY a INT UNSIGNED NOT NULL",
        "MODIFY g INT GENERATED ALWAYS AS (a + 2) VIRTUAL NOT NULL",
        "MODIFY a INT NOT NULL DEFAULT (2)", "RENAME INDEX a_index TO b, ADD COLUMN z INT",
        "/*!80000 RENAME INDEX a_index TO b */", "COMMENT='x'"));
TEST_P(NotOnTheList, IsNotTried) {
    EXPECT_FALSE(why_not(GetParam()).empty());
}

TEST(MetadataClauses, NamesTheClauseThatIsNotOnTheList) {
    EXPECT_THAT(why_not("DROP INDEX a_index, ADD INDEX (v)"), HasSubstr("\"ADD INDEX (v)\""));
    EXPECT_THAT(why_not("MODIFY v VARCHAR(64) NOT NULL"), HasSubstr("two bytes instead of one"));
}

TEST(MetadataClauses, AUniqueKeyMayCarryTheRowsWhereThereIsNoPrimaryKey) {
    auto table = source();
    const std::string primary = "  PRIMARY KEY (`id`),\n";
    table.create_statement.erase(table.create_statement.find(primary), primary.size());
    EXPECT_FALSE(why_not("DROP INDEX u", table).empty());
    EXPECT_THAT(why_not("DROP INDEX a_index", table), IsEmpty());
}

TEST(MetadataClauses, ATimestampMustSayWhetherItIsNull) {
    auto table = source();
    table.columns.push_back(test::nullable(test::column("ts", "timestamp")));
    const std::string before = "  PRIMARY KEY (`id`)";
    table.create_statement.insert(table.create_statement.find(before),
                                  "  `ts` timestamp NULL DEFAULT NULL,\n");
    EXPECT_FALSE(why_not("MODIFY ts TIMESTAMP DEFAULT '2020-01-01 00:00:00'", table).empty());
    EXPECT_FALSE(why_not("MODIFY ts TIMESTAMP NOT NULL", table).empty());
    EXPECT_THAT(why_not("MODIFY ts TIMESTAMP NULL DEFAULT '2020-01-01 00:00:00'", table),
                IsEmpty());
}

TEST(MetadataClauses, OldMysqlCopiesForALongerVarchar) {
    EXPECT_THAT(why_not("MODIFY v VARCHAR(63) NOT NULL", source(), 50624), HasSubstr("5.7"));
}

TEST(MetadataClauses, OtherEnginesAreNotJudged) {
    auto table = source();
    table.engine = "ROCKSDB";
    EXPECT_THAT(why_not("DROP INDEX a_index", table), HasSubstr("InnoDB"));
}

}  // namespace
}  // namespace wisp::migrator
