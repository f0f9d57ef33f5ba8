// SPDX-License-Identifier: Apache-2.0
#include "sql/create_table.h"

#include <gtest/gtest.h>

namespace wisp::sql {
namespace {

using enum DefinitionKind;

constexpr const char* kTable =
    "CREATE TABLE `t` (\n"
    "  `id` int NOT NULL AUTO_INCREMENT,\n"
    "  `key` decimal(10,2) DEFAULT '1,)' COMMENT 'it''s, (a) KEY',\n"
    "  `e` enum('a','b,c') /*!80023 INVISIBLE */,\n"
    "  PRIMARY KEY (`id`),\n"
    "  UNIQUE KEY `u` (`e`,`key`),\n"
    "  KEY `a``b` (`key` DESC,`e`(3)) USING BTREE COMMENT 'x, y' /*!80000 INVISIBLE */,\n"
    "  KEY `f` ((lower(`e`) = _utf8mb4'a,b')),\n"
    "  FULLTEXT KEY `ft` (`e`) /*!50100 WITH PARSER `ngram` */ ,\n"
    "  SPATIAL KEY `s` (`g`),\n"
    "  CONSTRAINT `fk` FOREIGN KEY (`e`) REFERENCES `p` (`e`),\n"
    "  CONSTRAINT `c` CHECK (`key` > 0)\n"
    ") ENGINE=InnoDB AUTO_INCREMENT=17 DEFAULT CHARSET=utf8mb4 COMMENT=' AUTO_INCREMENT=3'";

TEST(SplitCreateTable, KeepsEachDefinitionWordForWord) {
    const auto found = split_create_table(kTable);
    ASSERT_TRUE(found) << found.error();
    struct Row {
        DefinitionKind kind;
        const char* name;
        const char* text;
    };
    const Row rows[] = {
        {kColumn, "id", "`id` int NOT NULL AUTO_INCREMENT"},
        {kColumn, "key", "`key` decimal(10,2) DEFAULT '1,)' COMMENT 'it''s, (a) KEY'"},
        {kColumn, "e", "`e` enum('a','b,c') /*!80023 INVISIBLE */"},
        {kPrimaryKey, "PRIMARY", "PRIMARY KEY (`id`)"},
        {kUniqueKey, "u", "UNIQUE KEY `u` (`e`,`key`)"},
        {kKey, "a`b",
         "KEY `a``b` (`key` DESC,`e`(3)) USING BTREE COMMENT 'x, y' /*!80000 INVISIBLE */"},
        {kKey, "f", "KEY `f` ((lower(`e`) = _utf8mb4'a,b'))"},
        {kFulltextKey, "ft", "FULLTEXT KEY `ft` (`e`) /*!50100 WITH PARSER `ngram` */"},
        {kOtherKey, "s", "SPATIAL KEY `s` (`g`)"},
        {kForeignKey, "", "CONSTRAINT `fk` FOREIGN KEY (`e`) REFERENCES `p` (`e`)"},
        {kOther, "", "CONSTRAINT `c` CHECK (`key` > 0)"},
    };
    ASSERT_EQ(found->size(), std::size(rows));
    for (std::size_t i = 0; i < found->size(); ++i) {
        EXPECT_EQ((*found)[i].kind, rows[i].kind) << rows[i].text;
        EXPECT_EQ((*found)[i].name, rows[i].name);
        EXPECT_EQ((*found)[i].text, rows[i].text);
    }
}

TEST(SplitCreateTable, SaysWhatIsNoTable) {
    EXPECT_FALSE(split_create_table("CREATE VIEW v AS SELECT 1"));
    EXPECT_FALSE(split_create_table("CREATE TABLE `t` (`a` int, , `b` int)"));
    EXPECT_FALSE(split_create_table("CREATE TABLE `t` (`a` int"));
    EXPECT_FALSE(split_create_table("CREATE TABLE `t` ('a"));
}

TEST(WithoutCounter, DropsTheTableOptionOnly) {
    std::string expected = kTable;
    expected.replace(expected.find(" AUTO_INCREMENT=17"), 18, "");
    EXPECT_EQ(without_counter(kTable), expected);
    EXPECT_EQ(without_counter(expected), expected);
}

}  // namespace
}  // namespace wisp::sql
