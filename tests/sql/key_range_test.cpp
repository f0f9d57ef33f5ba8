// SPDX-License-Identifier: Apache-2.0
#include "sql/key_range.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wisp::sql {
namespace {

const std::vector<std::string> kOne = {"id"};
const std::vector<std::string> kThree = {"a", "b`", "c"};
const std::vector<std::string> kBound = {"1", "'x'", "3"};

TEST(KeyRange, ComparesOneColumnDirectly) {
    const std::vector<std::string> bound = {"5"};
    EXPECT_EQ(greater_than(kOne, bound), "(`id` > 5)");
    EXPECT_EQ(greater_or_equal(kOne, bound), "(`id` >= 5)");
    EXPECT_EQ(less_than(kOne, bound), "(`id` < 5)");
    EXPECT_EQ(less_or_equal(kOne, bound, RangeForm::kPlain), "(`id` <= 5)");
}

TEST(KeyRange, SpellsOutCompositeKeys) {
    EXPECT_EQ(greater_than(kThree, kBound, RangeForm::kPlain),
              "((`a` > 1) OR (`a` = 1 AND `b``` > 'x') OR (`a` = 1 AND `b``` = 'x' AND `c` > 3))");
    EXPECT_EQ(less_or_equal(kThree, kBound, RangeForm::kPlain),
              "((`a` < 1) OR (`a` = 1 AND `b``` < 'x') OR (`a` = 1 AND `b``` = 'x' AND `c` <= 3))");
}

TEST(KeyRange, PutsABoundOnTheFirstColumnInFront) {
    const std::vector<std::string> columns = {"a", "b"};
    const std::vector<std::string> bound = {"1", "2"};
    EXPECT_EQ(greater_than(columns, bound), "(`a` >= 1 AND ((`a` > 1) OR (`a` = 1 AND `b` > 2)))");
    EXPECT_EQ(less_than(columns, bound), "(`a` <= 1 AND ((`a` < 1) OR (`a` = 1 AND `b` < 2)))");
    EXPECT_EQ(less_or_equal(columns, bound),
              "(`a` <= 1 AND ((`a` < 1) OR (`a` = 1 AND `b` <= 2)))");
}

TEST(KeyRange, ListsColumns) {
    EXPECT_EQ(equal_to(kThree, kBound), "(`a` = 1 AND `b``` = 'x' AND `c` = 3)");
    EXPECT_EQ(column_list(kThree), "`a`, `b```, `c`");
    EXPECT_EQ(order_by(kThree), "`a`, `b```, `c`");
    EXPECT_EQ(order_by(kThree, true), "`a` DESC, `b``` DESC, `c` DESC");
}

TEST(KeyRangeDeathTest, RefusesAMissingLiteral) {
    const std::vector<std::string> bound = {"1"};
    EXPECT_DEATH((void)greater_than(kThree, bound), "a literal for each key column");
    EXPECT_DEATH((void)equal_to(kThree, bound), "a literal for each key column");
}

}  // namespace
}  // namespace wisp::sql
