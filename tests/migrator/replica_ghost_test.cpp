// SPDX-License-Identifier: Apache-2.0
// The ghost's definition on a replica, from the primary's SHOW CREATE TABLE.
#include "migrator/rebuild/replica_ghost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wisp::migrator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

sql::Table table(const std::string& create) {
    sql::Table table;
    table.name = {"shop", "orders"};
    table.create_statement = create;
    return table;
}

TEST(CreateGhost, TakesDefinitionsAndOptionsAsTheyAre) {
    EXPECT_EQ(
        create_ghost(table("CREATE TABLE `orders` (\n  `id` int NOT NULL,\n  `a` enum('(','),')"
                           " DEFAULT NULL,\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB"
                           " AUTO_INCREMENT=7 COMMENT='x (y)'"),
                     {"shop", "_orders_gho"}),
        "CREATE TABLE `shop`.`_orders_gho` (`id` int NOT NULL, `a` enum('(','),') DEFAULT"
        " NULL, PRIMARY KEY (`id`)) ENGINE=InnoDB AUTO_INCREMENT=7 COMMENT='x (y)'");
}

TEST(CreateGhost, LeavesNamesOfChecksOut) {
    // A schema has each name once, and the replica's own table has it.
    const auto text =
        create_ghost(table("CREATE TABLE `orders` (\n  `id` int NOT NULL,\n  PRIMARY KEY (`id`),\n"
                           "  CONSTRAINT `odd``name` CHECK ((`id` > 0))\n) ENGINE=InnoDB"),
                     {"shop", "_orders_gho"});
    EXPECT_THAT(text, Not(HasSubstr("odd")));
    EXPECT_THAT(text, HasSubstr("PRIMARY KEY (`id`), CHECK ((`id` > 0))) ENGINE"));
}

TEST(SameDefinition, KnowsNoCounterAndNoName) {
    const auto a = table("CREATE TABLE `a` (\n  `id` int\n) ENGINE=InnoDB AUTO_INCREMENT=7");
    EXPECT_TRUE(same_definition(a, table("CREATE TABLE `b` (\n  `id` int\n) ENGINE=InnoDB")));
    EXPECT_FALSE(same_definition(a, table("CREATE TABLE `b` (\n  `id` bigint\n) ENGINE=InnoDB")));
}

TEST(OwnIndexes, AreThoseWhoseColumnsThePrimaryHas) {
    auto primary = table(
        "CREATE TABLE `orders` (\n  `id` int NOT NULL,\n  `a` int,\n  PRIMARY KEY"
        " (`id`)\n) ENGINE=InnoDB");
    primary.columns.resize(2);
    primary.columns[0].name = "id";
    primary.columns[1].name = "a";
    primary.keys = {{"PRIMARY", true, {{"id", 0, false}}}};
    auto replica = table(
        "CREATE TABLE `orders` (\n  `id` int NOT NULL,\n  `a` int,\n  `b` int,\n"
        "  PRIMARY KEY (`id`),\n  KEY `by_a` (`a`),\n  KEY `by_b` (`b`)\n)"
        " ENGINE=InnoDB");
    replica.keys = {{"PRIMARY", true, {{"id", 0, false}}},
                    {"by_a", false, {{"a", 0, false}}},
                    {"by_b", false, {{"b", 0, false}}}};
    EXPECT_THAT(own_indexes(primary, replica), ElementsAre("KEY `by_a` (`a`)"));
    EXPECT_THAT(own_indexes(primary, primary), IsEmpty());
}

}  // namespace
}  // namespace wisp::migrator
