// SPDX-License-Identifier: Apache-2.0
// What needs no server: GTID lists, filter rules, error texts.
#include <gtest/gtest.h>

#include "replica/gtids.h"
#include "replica/ignore_filter.h"
#include "replica/problem.h"
#include "replica/state.h"

namespace wisp::replica {
namespace {

TEST(MariadbErrant, FindsWhatThePrimaryDoesNotHave) {
    EXPECT_EQ(mariadb_errant("", "0-1-7"), "");
    EXPECT_EQ(mariadb_errant("0-1-7", "0-1-7"), "");
    EXPECT_EQ(mariadb_errant("0-1-6,1-1-2", "1-1-5,0-1-7"), "");
    EXPECT_EQ(mariadb_errant("0-1-7,0-2-8", "0-1-9"), "0-2-8");
    EXPECT_EQ(mariadb_errant("0-2-8", "0-2-5"), "0-2-8");
}

TEST(IgnoreRule, KeepsWhatIsThere) {
    EXPECT_EQ(with_table("", {"shop", "orders"}), "shop.orders");
    EXPECT_EQ(with_table("a.b,c.d", {"shop", "orders"}), "a.b,c.d,shop.orders");
    EXPECT_EQ(with_table("a.b,shop.orders", {"shop", "orders"}), "a.b,shop.orders");
    EXPECT_THROW(static_cast<void>(with_table("", {"shop", "or.ders"})), Problem);
}

mysql::ReplicaStatus with(const char* name, const char* rule) {
    mysql::ReplicaStatus status;
    status.filters = {{name, rule}};
    return status;
}

TEST(Filters, TellWhetherATableIsKeptOff) {
    const sql::TableName table{"shop", "orders"};
    EXPECT_FALSE(filters_out({}, table));
    EXPECT_TRUE(filters_out(with("Replicate_Ignore_Table", "a.b,shop.orders"), table));
    EXPECT_FALSE(filters_out(with("Replicate_Ignore_Table", "shop.orders2"), table));
    EXPECT_TRUE(filters_out(with("Replicate_Do_Table", "shop.items"), table));
    EXPECT_FALSE(filters_out(with("Replicate_Do_Table", "shop.items,shop.orders"), table));
    EXPECT_TRUE(filters_out(with("Replicate_Do_DB", "store"), table));
    EXPECT_TRUE(filters_out(with("Replicate_Ignore_DB", "shop"), table));
    EXPECT_TRUE(filters_out(with("Replicate_Wild_Ignore_Table", "shop.%"), table));
    EXPECT_TRUE(filters_out(with("Replicate_Wild_Ignore_Table", "sho_.or%s"), table));
    EXPECT_FALSE(filters_out(with("Replicate_Wild_Ignore_Table", "sho\\_.orders"), table));
    EXPECT_FALSE(filters_out(with("Replicate_Wild_Do_Table", "shop.o%"), table));
    EXPECT_TRUE(filters_out(with("Replicate_Wild_Do_Table", "store.%"), table));
    EXPECT_TRUE(filters_out(with("Replicate_Rewrite_DB", "shop->store"), table));
}

TEST(IgnoreRule, ComesAfterADoTable) {
    const sql::TableName table{"shop", "orders"};
    EXPECT_NE(why_not_ignorable(with("Replicate_Do_Table", "shop.orders"), table), "");
    EXPECT_EQ(why_not_ignorable(with("Replicate_Do_Table", "shop.items"), table), "");
}

TEST(Breakage, NamesTheTableOrNot) {
    const sql::TableName table{"test", "t"};
    const Breakage row{1032,
                       "Could not execute Delete_rows event on table test.t; Can't find record in "
                       "'t', Error_code: 1032"};
    EXPECT_EQ(names_table(row, table), true);
    EXPECT_EQ(names_table(row, {"test", "t2"}), false);
    const Breakage missing{1146, "Error executing row event: 'Table 'test.t' doesn't exist'"};
    EXPECT_EQ(names_table(missing, table), true);
    EXPECT_EQ(names_table(missing, {"test", "u"}), false);
    const Breakage column{13146,
                          "Worker 1 failed; Column 2 (counting the first column as number 1) of "
                          "table 'test.t' cannot be converted from type 'int' to type 'bigint'"};
    EXPECT_TRUE(column.of_a_table());
    EXPECT_EQ(names_table(column, table), true);
    EXPECT_EQ(names_table(column, {"test", "u"}), false);
    EXPECT_FALSE((Breakage{1064, "You have an error in your SQL syntax"}).of_a_table());
    const Breakage coordinator{1032,
                               "Coordinator stopped because there were error(s) in the worker(s)"};
    EXPECT_EQ(names_table(coordinator, table), std::nullopt);
}

}  // namespace
}  // namespace wisp::replica
