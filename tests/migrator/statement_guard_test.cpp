// SPDX-License-Identifier: Apache-2.0
#include "migrator/statement_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "migrator/refusal.h"

namespace wisp::migrator {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class StatementGuardTest : public ::testing::Test {
  protected:
    /// The refusal's text, empty if the statement passes.
    [[nodiscard]] std::string refusal(const std::string& text, const std::string& schema = "shop") {
        binlog::Transaction transaction;
        transaction.end = {"binlog.000003", 1234};
        transaction.statements.push_back({schema, text});
        return refusal(transaction);
    }
    [[nodiscard]] std::string refusal(const binlog::Transaction& transaction) {
        try {
            guard_.check(transaction);
        } catch (const Refusal& refused) {
            return refused.what();
        }
        return "";
    }

    StatementGuard guard_{{"shop", "orders"}, {{"shop", "_orders_gho"}, {"shop", "orders~gho"}}};
};

TEST_F(StatementGuardTest, StopsWhenSomebodyElseUsesNamesOfARunThatIsNotLogged) {
    const auto statement = "DROP TABLE IF EXISTS `shop`.`_orders_gho`";
    EXPECT_THAT(refusal(statement), IsEmpty());
    StatementGuard unlogged({"shop", "orders"}, {{"shop", "_orders_gho"}}, false);
    const auto passes = [&](const std::string& text) {
        binlog::Transaction transaction;
        transaction.statements.push_back({"shop", text});
        try {
            unlogged.check(transaction);
        } catch (const Refusal& refused) {
            EXPECT_THAT(refused.what(), HasSubstr("another migration of `shop`.`orders`"));
            return false;
        }
        return true;
    };
    EXPECT_FALSE(passes(statement));
    EXPECT_FALSE(passes("CREATE TABLE _orders_gho LIKE orders"));
    EXPECT_TRUE(passes("DROP TABLE `shop`.`_orders_del`"));
}

TEST(StatementGuardOfARevert, TakesNothingForTheTableUntilTheSwapThatIsTakenBack) {
    StatementGuard guard({"shop", "orders"}, {{"shop", "_orders_del"}, {"shop", "orders~old"}},
                         true, false, true);
    const auto passes = [&](const std::string& text) {
        binlog::Transaction transaction;
        transaction.statements.push_back({"shop", text});
        try {
            guard.check(transaction);
        } catch (const Refusal&) {
            return false;
        }
        return true;
    };
    EXPECT_TRUE(passes("DELETE FROM orders"));
    EXPECT_TRUE(passes("ALTER TABLE orders ADD COLUMN x INT"));
    EXPECT_TRUE(passes("RENAME TABLE `shop`.`_orders_gho` TO `shop`.`orders~gho`"));
    EXPECT_TRUE(passes("RENAME TABLE `shop`.`other` TO `shop`.`_orders_del`"));
    EXPECT_TRUE(guard.before_swap());
    EXPECT_TRUE(
        passes("RENAME TABLE `shop`.`orders` TO `shop`.`_orders_del`, `shop`.`_orders_gho`"
               " TO `shop`.`orders`"));
    EXPECT_FALSE(guard.before_swap());
    EXPECT_FALSE(passes("ALTER TABLE orders ADD COLUMN x INT"));
    EXPECT_FALSE(
        passes("RENAME TABLE `shop`.`orders` TO `shop`.`_orders_del`, `shop`.`_orders_gho`"
               " TO `shop`.`orders`"));
}

TEST(StatementGuardOfARevert, KnowsTheSwapByItsWorkingNames) {
    StatementGuard guard({"shop", "orders"}, {{"shop", "_orders_del"}, {"shop", "orders~old"}},
                         true, false, true);
    binlog::Transaction transaction;
    transaction.statements.push_back(
        {"shop",
         "RENAME TABLE `shop`.`orders` TO `shop`.`orders~old`, `shop`.`orders~gho` TO"
         " `shop`.`orders`"});
    guard.check(transaction);
    EXPECT_FALSE(guard.before_swap());
    transaction.statements = {{"shop", "RENAME TABLE `shop`.`orders~old` TO `shop`.`_orders_del`"}};
    guard.check(transaction);
    EXPECT_FALSE(guard.before_swap());
}

TEST_F(StatementGuardTest, StopsAtRowsInStatementFormat) {
    for (const char* text :
         {"INSERT INTO orders VALUES (1)", "insert into `shop`.`orders` select 1",
          "UPDATE orders SET a = 1", "DELETE FROM orders", "REPLACE orders VALUES (1)",
          "LOAD DATA INFILE 'x' INTO TABLE orders",
          "DELETE o FROM other JOIN orders o ON o.id = other.id",
          "/* app */ UPDATE other, shop.orders SET a = 1",
          "WITH x AS (SELECT 1) UPDATE orders SET a = 1"}) {
        EXPECT_THAT(refusal(text),
                    AllOf(HasSubstr("STATEMENT format"), HasSubstr("`shop`.`orders`"),
                          HasSubstr("binlog.000003:1234"), HasSubstr("binlog_format")))
            << text;
    }
}

TEST_F(StatementGuardTest, StopsWhenTheTableItselfIsChanged) {
    for (const char* text :
         {"ALTER TABLE orders ADD COLUMN x INT", "TRUNCATE orders", "TRUNCATE TABLE shop.orders",
          "DROP TABLE other, orders", "DROP TABLE IF EXISTS `orders`", "RENAME TABLE orders TO x",
          "RENAME TABLE x TO orders", "CREATE INDEX i ON orders (a)", "DROP INDEX i ON orders",
          "DROP DATABASE shop", "ALTER TABLE orders DROP PARTITION p0"}) {
        EXPECT_THAT(refusal(text),
                    AllOf(HasSubstr("during the run"), HasSubstr("binlog.000003:1234"),
                          HasSubstr("drop the ghost table")))
            << text;
    }
}

TEST_F(StatementGuardTest, PassesWhatDoesNotConcernTheTable) {
    for (const char* text :
         {"INSERT INTO other VALUES (1)", "ALTER TABLE other ADD COLUMN orders INT",
          "TRUNCATE ordersx", "DROP TABLE _orders_gho", "RENAME TABLE _orders_gho TO `orders~gho`",
          "ALTER TABLE `shop`.`_orders_gho` ADD KEY `orders` (`orders`), ADD KEY `b` (`b` DESC),"
          " ALGORITHM=INPLACE, LOCK=NONE",
          "GRANT SELECT ON orders TO x", "ANALYZE TABLE orders", "DROP DATABASE other",
          "UPDATE other SET a = 'orders'", "CREATE DATABASE x"}) {
        EXPECT_THAT(refusal(text), IsEmpty()) << text;
    }
}

TEST_F(StatementGuardTest, GoesByTheSessionsSchema) {
    EXPECT_THAT(refusal("DELETE FROM orders", "archive"), IsEmpty());
    EXPECT_THAT(refusal("TRUNCATE orders", "archive"), IsEmpty());
    EXPECT_NE(refusal("TRUNCATE shop.orders", "archive"), "");
    EXPECT_THAT(refusal("TRUNCATE archive.orders", "shop"), IsEmpty());
}

TEST_F(StatementGuardTest, LooksAtEveryStatementOfATransaction) {
    binlog::Transaction transaction;
    transaction.statements = {{"shop", "INSERT INTO other VALUES (1)"},
                              {"shop", "DELETE FROM orders"}};
    EXPECT_THAT(refusal(transaction), HasSubstr("DELETE FROM orders"));
}

TEST_F(StatementGuardTest, ShortensLongStatements) {
    const std::string text =
        refusal("INSERT INTO orders VALUES (" + std::string(10'000, '1') + ")");
    EXPECT_LT(text.size(), 1'000U);
    EXPECT_THAT(text, HasSubstr("INSERT INTO orders"));
}

TEST_F(StatementGuardTest, TakesARenameForOursOnlyWhileASwapIsExpected) {
    for (const char* swap :
         {"RENAME TABLE `shop`.`orders` TO `shop`.`_orders_del`, `shop`.`_orders_gho` TO"
          " `shop`.`orders`",
          "RENAME TABLE `shop`.`orders` TO `shop`.`orders~old`, `shop`.`orders~gho` TO"
          " `shop`.`orders`"}) {
        guard_.expect_swap(false);
        EXPECT_NE(refusal(swap), "");
        guard_.expect_swap(true);
        EXPECT_THAT(refusal(swap), IsEmpty());
        guard_.expect_swap(false);
        EXPECT_NE(refusal(swap), "");
    }
}

TEST_F(StatementGuardTest, TakesNothingElseForOursWhileASwapIsExpected) {
    guard_.expect_swap(true);
    for (const char* text :
         {"TRUNCATE orders", "ALTER TABLE orders ENGINE=InnoDB", "RENAME TABLE orders TO x",
          "RENAME TABLE other TO _other_del, orders TO other", "DROP TABLE orders, _orders_gho",
          "INSERT INTO orders SELECT * FROM _orders_gho"}) {
        EXPECT_NE(refusal(text), "") << text;
    }
}

TEST_F(StatementGuardTest, StopsAtAnUnseenXaCommitOnceAllHaveBeenDecided) {
    binlog::Transaction transaction;
    transaction.end = {"binlog.000003", 99};
    transaction.unseen_xa = "X'6162',X'',1";
    EXPECT_THAT(refusal(transaction), IsEmpty()) << "the copy has not begun";
    guard_.expect_no_unseen_xa();
    EXPECT_THAT(refusal(transaction), AllOf(HasSubstr("X'6162'"), HasSubstr("binlog.000003:99")));
    transaction.unseen_xa.clear();
    EXPECT_THAT(refusal(transaction), IsEmpty());
}

}  // namespace
}  // namespace wisp::migrator
