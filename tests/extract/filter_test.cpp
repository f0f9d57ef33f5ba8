// SPDX-License-Identifier: Apache-2.0
#include "extract/filter.h"

#include <gtest/gtest.h>

namespace wisp::extract {
namespace {

TEST(Filter, WantsEverythingByDefault) {
    const Filter filter;
    EXPECT_TRUE(filter.wants_table("s", "t"));
    EXPECT_TRUE(filter.wants(binlog::ChangeKind::kDelete));
    EXPECT_TRUE(filter.wants(binlog::Transaction{}));
    EXPECT_TRUE(filter.wants(binlog::Statement{"s", "DROP TABLE t"}));
}

TEST(Filter, NamesSchemasAndTables) {
    Filter filter;
    filter.schemas = {"shop", "blog"};
    filter.tables = {"orders", "blog.posts"};
    EXPECT_TRUE(filter.wants_table("shop", "orders"));
    EXPECT_TRUE(filter.wants_table("blog", "orders"));
    EXPECT_TRUE(filter.wants_table("blog", "posts"));
    EXPECT_FALSE(filter.wants_table("shop", "posts"));
    EXPECT_FALSE(filter.wants_table("other", "orders"));
    EXPECT_FALSE(filter.wants_table("shop", "Orders"));
}

TEST(Filter, ADotMayBePartOfAName) {
    Filter filter;
    filter.tables = {"a.b"};
    EXPECT_TRUE(filter.wants_table("a", "b"));
    EXPECT_TRUE(filter.wants_table("any", "a.b"));
    EXPECT_FALSE(filter.wants_table("ab", "b"));
    EXPECT_FALSE(filter.wants_table("a", "bb"));
}

TEST(Filter, StatementsConcernTheirTables) {
    Filter filter;
    filter.tables = {"shop.orders"};
    EXPECT_TRUE(filter.wants(binlog::Statement{"shop", "ALTER TABLE orders ADD x INT"}));
    EXPECT_TRUE(filter.wants(binlog::Statement{"", "DROP TABLE `shop`.`orders`"}));
    EXPECT_FALSE(filter.wants(binlog::Statement{"shop", "ALTER TABLE items ADD x INT"}));
    EXPECT_FALSE(filter.wants(binlog::Statement{"blog", "ALTER TABLE orders ADD x INT"}));
}

TEST(Filter, TheStopTimeIsNotIncluded) {
    Filter filter;
    filter.start_time = 100;
    filter.stop_time = 200;
    binlog::Transaction transaction;
    for (const auto& [time, wanted] :
         {std::pair{99U, false}, {100U, true}, {199U, true}, {200U, false}}) {
        transaction.timestamp = time;
        EXPECT_EQ(filter.wants(transaction), wanted) << time;
    }
}

TEST(Filter, GtidsAreIncludedAndExcluded) {
    Filter filter;
    filter.include = *binlog::GtidSet::parse("0-1-1..10");
    filter.exclude = *binlog::GtidSet::parse("0-1-5");
    binlog::Transaction transaction;
    for (const auto& [gtid, wanted] :
         {std::pair{"0-1-1", true}, {"0-1-5", false}, {"0-1-11", false}, {"", false}}) {
        transaction.gtid = gtid;
        EXPECT_EQ(filter.wants(transaction), wanted) << gtid;
    }
}

}  // namespace
}  // namespace wisp::extract
