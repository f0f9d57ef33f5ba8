// SPDX-License-Identifier: Apache-2.0
#include "sql/alter_splitter.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wisp::sql {
namespace {

using Renames = std::vector<std::pair<std::string, std::string>>;
using Strings = std::vector<std::string>;

Alter alter(std::string_view text) {
    auto split = split_alter(text);
    EXPECT_TRUE(split) << text << ": " << (split ? "" : split.error());
    return split ? *split : Alter{};
}

struct KindCase {
    std::string_view text;
    ClauseKind kind;
    std::string_view column;
};

TEST(AlterSplitter, KnowsTheKindsOfClauses) {
    using enum ClauseKind;
    constexpr auto kCases = std::to_array<KindCase>({
        {"ADD c INT", kAddColumn, "c"},
        {"ADD COLUMN `c d` INT", kAddColumn, "c d"},
        {"ADD COLUMN IF NOT EXISTS c INT", kAddColumn, "c"},
        {"ADD (a INT, b INT)", kAddColumn, ""},
        {"ADD vector VECTOR(3)", kAddColumn, "vector"},
        {"ADD VECTOR INDEX (v)", kAddIndex, ""},
        {"ADD INDEX i (a, b)", kAddIndex, ""},
        {"ADD FULLTEXT KEY (a)", kAddIndex, ""},
        {"ADD UNIQUE (a)", kAddUnique, ""},
        {"ADD PRIMARY KEY (a)", kAddUnique, ""},
        {"ADD CONSTRAINT x UNIQUE (a)", kAddUnique, ""},
        {"ADD CONSTRAINT FOREIGN KEY (a) REFERENCES t (a)", kAddForeignKey, ""},
        {"ADD CONSTRAINT `check` CHECK (a > 1)", kAddConstraint, ""},
        {"ADD PARTITION (PARTITION p VALUES LESS THAN (5))", kPartitionOperation, ""},
        {"ADD SYSTEM VERSIONING", kOther, ""},
        {"DROP c", kDropColumn, "c"},
        {"DROP COLUMN IF EXISTS c", kDropColumn, "c"},
        {"DROP COLUMN c RESTRICT", kDropColumn, "c"},
        {"DROP KEY k", kDropIndex, ""},
        {"DROP PRIMARY KEY", kDropPrimaryKey, ""},
        {"DROP FOREIGN KEY f", kDropForeignKey, ""},
        {"DROP CHECK c", kDropConstraint, ""},
        {"CHANGE a b INT", kChangeColumn, "a"},
        {"MODIFY a BIGINT", kModifyColumn, "a"},
        {"RENAME COLUMN a TO b", kRenameColumn, "a"},
        {"RENAME INDEX a TO b", kRenameIndex, ""},
        {"ALTER a SET DEFAULT 5", kAlterColumn, "a"},
        {"ALTER INDEX i INVISIBLE", kAlterIndex, ""},
        {"PARTITION BY HASH (id)", kPartitionBy, ""},
        {"REMOVE PARTITIONING", kPartitionBy, ""},
        {"IMPORT TABLESPACE", kTablespace, ""},
        {"ENGINE=InnoDB", kTableOption, ""},
        {"CONVERT TO CHARACTER SET utf8mb4", kTableOption, ""},
        {"FORCE", kTableOption, ""},
    });
    for (const KindCase& c : kCases) {
        const Alter got = alter(c.text);
        ASSERT_EQ(got.parts.size(), 1U) << c.text;
        EXPECT_EQ(got.parts[0].kind, c.kind) << c.text;
        EXPECT_EQ(got.parts[0].column, c.column) << c.text;
        EXPECT_EQ(got.clauses, c.text);
    }
}

TEST(AlterSplitter, FindsRenamedColumns) {
    EXPECT_EQ(alter("CHANGE a b INT").renamed_columns, (Renames{{"a", "b"}}));
    EXPECT_EQ(alter("change column if exists `a``1` `b, c` int").renamed_columns,
              (Renames{{"a`1", "b, c"}}));
    EXPECT_EQ(alter("RENAME COLUMN a TO b, rename column b to a").renamed_columns,
              (Renames{{"a", "b"}, {"b", "a"}}));
    EXPECT_EQ(alter("CHANGE a a BIGINT").renamed_columns, Renames{});
    EXPECT_EQ(alter("CHANGE id ID BIGINT").renamed_columns, (Renames{{"id", "ID"}}));
    EXPECT_EQ(alter("ADD x INT /* , RENAME COLUMN a TO b */").renamed_columns, Renames{});
    EXPECT_EQ(alter("ADD x INT COMMENT ', RENAME COLUMN a TO b'").renamed_columns, Renames{});
    EXPECT_EQ(alter("/*!80000 RENAME COLUMN a TO b */").renamed_columns, (Renames{{"a", "b"}}));
}

TEST(AlterSplitter, FindsDroppedColumns) {
    EXPECT_EQ(alter("DROP a, DROP COLUMN `b`, DROP KEY c, DROP PRIMARY KEY").dropped_columns,
              (Strings{"a", "b"}));
    EXPECT_EQ(alter("DROP `index`").dropped_columns, (Strings{"index"}));
}

TEST(AlterSplitter, SplitsAtTopLevelCommasOnly) {
    const Alter got =
        alter("ADD a ENUM('x,y', 'z)') COMMENT \"p,q\", ADD KEY k (a, b), DROP `c,d`");
    ASSERT_EQ(got.parts.size(), 3U);
    EXPECT_EQ(got.parts[0].text, "ADD a ENUM('x,y', 'z)') COMMENT \"p,q\"");
    EXPECT_EQ(got.parts[1].text, "ADD KEY k (a, b)");
    EXPECT_EQ(got.parts[2].column, "c,d");
}

TEST(AlterSplitter, ReadsTheFullForm) {
    const Alter got = alter("alter ONLINE table IF EXISTS `my db`.`t 1` ADD c INT, ADD d INT ; ");
    EXPECT_EQ(got.schema, "my db");
    EXPECT_EQ(got.table, "t 1");
    EXPECT_EQ(got.clauses, "ADD c INT, ADD d INT");
    EXPECT_FALSE(got.ignores_duplicates);
    const Alter plain = alter("ALTER IGNORE TABLE t ENGINE=InnoDB");
    EXPECT_EQ(plain.schema, std::nullopt);
    EXPECT_EQ(plain.table, "t");
    EXPECT_TRUE(plain.ignores_duplicates);
    EXPECT_EQ(alter("ADD c INT").table, std::nullopt);
    EXPECT_EQ(alter("ALTER COLUMN c SET DEFAULT 1").table, std::nullopt);
}

TEST(AlterSplitter, TakesOutHowToRun) {
    const Alter got = alter("ALTER TABLE t WAIT 5 ADD c INT, ALGORITHM=INPLACE, LOCK NONE");
    EXPECT_EQ(got.clauses, "ADD c INT");
    EXPECT_EQ(got.how_clauses, (Strings{"WAIT 5", "ALGORITHM=INPLACE", "LOCK NONE"}));
    EXPECT_EQ(alter("ALTER TABLE t NOWAIT FORCE").clauses, "FORCE");
}

TEST(AlterSplitter, LeavesNothingOpenAtTheEnd) {
    EXPECT_EQ(alter("ADD c INT; -- done").clauses, "ADD c INT");
    EXPECT_EQ(alter("ADD c INT -- done").clauses, "ADD c INT");
    EXPECT_EQ(alter("-- why\nADD c INT # done").clauses, "ADD c INT");
    EXPECT_EQ(alter("/*!80000 ADD c INT */;").clauses, "/*!80000 ADD c INT */");
    EXPECT_EQ(alter("ADD a INT /*M! , ADD b INT */ ").clauses, "ADD a INT /*M! , ADD b INT */");
}

TEST(AlterSplitter, SetsFlags) {
    EXPECT_TRUE(alter("AUTO_INCREMENT=100").sets_auto_increment);
    EXPECT_TRUE(alter("ENGINE=InnoDB AUTO_INCREMENT 7").sets_auto_increment);
    EXPECT_FALSE(alter("ADD id INT AUTO_INCREMENT PRIMARY KEY").sets_auto_increment);
    EXPECT_TRUE(alter("ADD id INT AUTO_INCREMENT KEY").adds_unique_key);
    EXPECT_TRUE(alter("MODIFY a INT UNIQUE").adds_unique_key);
    EXPECT_FALSE(alter("ADD KEY k (a)").adds_unique_key);
    EXPECT_TRUE(alter("ADD a INT REFERENCES p (id)").adds_foreign_key);
    EXPECT_TRUE(alter("ADD FOREIGN KEY (a) REFERENCES p (id)").adds_foreign_key);
    EXPECT_FALSE(alter("DROP FOREIGN KEY f").adds_foreign_key);
}

TEST(AlterSplitter, NamesWhatAGhostCannotDo) {
    for (const std::string_view text :
         {"DROP PARTITION p0, p1", "TRUNCATE PARTITION ALL", "EXCHANGE PARTITION p WITH TABLE t",
          "DISCARD TABLESPACE", "IMPORT PARTITION p TABLESPACE", "REBUILD PARTITION p",
          "CONVERT PARTITION p TO TABLE x"}) {
        EXPECT_FALSE(alter(text).unsupported.empty()) << text;
    }
    for (const std::string_view text :
         {"ADD PARTITION (PARTITION p VALUES LESS THAN (5))", "PARTITION BY HASH (id)",
          "REORGANIZE PARTITION p INTO (PARTITION a VALUES LESS THAN (1))", "COALESCE PARTITION 2",
          "CONVERT TO CHARACTER SET latin1", "DROP c"}) {
        EXPECT_TRUE(alter(text).unsupported.empty()) << text;
    }
}

TEST(AlterSplitter, RefusesWithAReason) {
    constexpr auto kCases = std::to_array<std::pair<std::string_view, std::string_view>>({
        {"", "is empty"},
        {" ; ", "is empty"},
        {"-- nothing", "is empty"},
        {"ALTER TABLE t", "no clauses"},
        {"ALTER TABLE", "names no table"},
        {"RENAME TO x", "renames the table"},
        {"RENAME x", "renames the table"},
        {"ADD c INT, RENAME AS x", "renames the table"},
        {"ADD c INT; DROP TABLE t", "several statements"},
        {"ADD c ENUM('a", "cannot be read"},
        {"ADD c DECIMAL(5", "parentheses"},
        {"ADD c INT)", "parentheses"},
        {"ADD c INT,", "empty clause"},
        {"ADD c INT,, DROP d", "empty clause"},
        {"CREATE INDEX i ON t (a)", "is no ALTER"},
        {"DROP TABLE t", "is no ALTER"},
        {"ALGORITHM=INPLACE", "how to run"},
    });
    for (const auto& [text, reason] : kCases) {
        const auto split = split_alter(text);
        ASSERT_FALSE(split) << text;
        EXPECT_NE(split.error().find(reason), std::string::npos) << text << ": " << split.error();
    }
}

TEST(AlterSplitter, SurvivesTextCutAnywhere) {
    const std::string text =
        "ALTER TABLE `d`.`t` CHANGE `a` `b` ENUM('x,y') COMMENT \"q\", /*!80000 DROP c */, "
        "LOCK=NONE;";
    for (std::size_t size = 0; size <= text.size(); ++size) (void)split_alter(text.substr(0, size));
    for (std::size_t from = 0; from <= text.size(); ++from) (void)split_alter(text.substr(from));
}

}  // namespace
}  // namespace wisp::sql
