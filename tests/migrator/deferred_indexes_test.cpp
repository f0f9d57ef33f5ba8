// SPDX-License-Identifier: Apache-2.0
#include "migrator/deferred_indexes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/migrator/plans.h"

namespace wisp::migrator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

sql::Table ghost(const std::vector<std::string>& keys) {
    auto counter = test::column("n", "int");
    counter.extra = "auto_increment";
    auto table = test::table({test::column("id", "int"), counter, test::column("a", "int")},
                             {test::primary_key({"id"})});
    table.create_statement = "CREATE TABLE `g` (\n  `id` int NOT NULL,\n  PRIMARY KEY (`id`)";
    for (const auto& key : keys) {
        table.create_statement += ",\n  " + key;
        const auto from = key.find("KEY `");
        if (from == std::string::npos) continue;
        const std::string name = key.substr(from + 5, key.find('`', from + 5) - from - 5);
        table.keys.push_back({name, false, {{name == "count" ? "n" : "a", 0, false}}});
    }
    table.create_statement += "\n) ENGINE=InnoDB";
    return table;
}

std::vector<std::string> deferred(const std::vector<std::string>& keys) {
    std::vector<std::string> texts;
    for (const auto& index : deferrable_indexes(ghost(keys))) texts.push_back(index.definition);
    return texts;
}

TEST(DeferrableIndexes, ArePlainOnes) {
    EXPECT_THAT(
        deferred({"UNIQUE KEY `u` (`a`)", "KEY `a` (`a`)",
                  "KEY `b` (`a` DESC) COMMENT 'x, y' /*!80000 INVISIBLE */",
                  "FULLTEXT KEY `ft` (`a`)"}),
        ElementsAre("KEY `a` (`a`)", "KEY `b` (`a` DESC) COMMENT 'x, y' /*!80000 INVISIBLE */"));
    EXPECT_THAT(deferred({}), IsEmpty());
}

TEST(DeferrableIndexes, OnesBeforeAnIndexThatStaysStayToo) {
    EXPECT_THAT(deferred({"KEY `a` (`a`)", "KEY `count` (`n`)", "KEY `b` (`a`)"}),
                ElementsAre("KEY `b` (`a`)"));
    EXPECT_THAT(deferred({"KEY `a` (`a`)", "SPATIAL KEY `s` (`a`)", "KEY `b` (`a`)"}),
                ElementsAre("KEY `b` (`a`)"));
}

TEST(DeferrableIndexes, NoneWhereForeignKeysNeedThem) {
    EXPECT_THAT(
        deferred({"KEY `a` (`a`)", "CONSTRAINT `fk` FOREIGN KEY (`a`) REFERENCES `p` (`a`)"}),
        IsEmpty());
}

TEST(DeferrableIndexes, GoAndComeBackInOneStatementEach) {
    const auto indexes = deferrable_indexes(ghost({"KEY `a` (`a`)", "KEY `b` (`a`)"}));
    EXPECT_EQ(drop_indexes({"s", "g"}, indexes), "ALTER TABLE `s`.`g` DROP KEY `a`, DROP KEY `b`");
    EXPECT_EQ(add_indexes({"s", "g"}, indexes),
              "ALTER TABLE `s`.`g` ADD KEY `a` (`a`), ADD KEY `b` (`a`)");
}

}  // namespace
}  // namespace wisp::migrator
