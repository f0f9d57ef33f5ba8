// SPDX-License-Identifier: Apache-2.0
#include "migrator/chunker.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/migrator/plans.h"

namespace wisp::migrator {
namespace {

using std::chrono::milliseconds;
using test::column;

Plan one_column(const char* type) {
    return test::same_plan({column("k", type)}, {test::primary_key({"k"})});
}

Plan two_columns() {
    return test::same_plan({column("b", "int"), column("a", "varchar(9)")},
                           {test::primary_key({"a", "b"})});
}

TEST(RangeCondition, IsOpenWithoutABound) {
    const auto plan = one_column("int");
    EXPECT_EQ(range_condition(plan, {}), "1=1");
    EXPECT_EQ(range_condition(plan, {{"7"}, {}, {}, 0, 0, {}}), "(`k` > 7)");
    EXPECT_EQ(range_condition(plan, {{}, {"9"}, {}, 0, 0, {}}), "(`k` <= 9)");
}

TEST(RangeCondition, LeavesTheLowerBoundOutAndTakesTheUpperOneIn) {
    EXPECT_EQ(range_condition(one_column("int"), {{"7"}, {"9"}, {}, 0, 0, {}}),
              "(`k` > 7) AND (`k` <= 9)");
}

TEST(RangeCondition, ComparesCompositeKeysAsAWhole) {
    EXPECT_EQ(range_condition(two_columns(), {{"'x'", "1"}, {"'y'", "2"}, {}, 0, 0, {}}),
              "(`a` >= 'x' AND ((`a` > 'x') OR (`a` = 'x' AND `b` > 1))) AND "
              "(`a` <= 'y' AND ((`a` < 'y') OR (`a` = 'y' AND `b` <= 2)))");
}

TEST(RangeCondition, OfSingleKeysIsTheirOwn) {
    EXPECT_EQ(range_condition(one_column("int"), {{"7"}, {"9"}, "((`k` = 8))", 0, 0, {}}),
              "((`k` = 8))");
}

TEST(KeySelectList, ReadsEachTypeInTheFormItsLiteralIsMadeFrom) {
    EXPECT_EQ(key_select_list(one_column("int"), ""), "`k`");
    EXPECT_EQ(key_select_list(one_column("decimal(9,2)"), ""), "`k`");
    EXPECT_EQ(key_select_list(one_column("datetime(6)"), ""), "`k`");
    EXPECT_EQ(key_select_list(one_column("varchar(9)"), ""), "HEX(`k`)");
    EXPECT_EQ(key_select_list(one_column("varbinary(9)"), ""), "HEX(`k`)");
    EXPECT_EQ(key_select_list(one_column("set('a')"), ""), "(`k`|0)");
    for (const char* type : {"enum('a')", "bit(5)", "year"}) {
        EXPECT_EQ(key_select_list(one_column(type), ""), "`k`+0") << type;
    }
    EXPECT_EQ(key_select_list(two_columns(), "s."), "HEX(s.`a`), s.`b`");
}

TEST(KeyColumns, AreTheSourcesInKeyOrder) {
    EXPECT_EQ(key_columns(two_columns()), (std::vector<std::string>{"a", "b"}));
}

// --- steering ------------------------------------------------------------------------------------

class ChunkerSteering : public ::testing::Test {
  protected:
    const Plan plan_ = one_column("int");
};

TEST_F(ChunkerSteering, KeepsAFixedSizeWhateverAChunkTakes) {
    Chunker chunker(plan_, 1'234, milliseconds(100));
    chunker.note(1'234, milliseconds(1));
    chunker.note(1'234, std::chrono::seconds(60));
    EXPECT_EQ(chunker.rows(), 1'234U);
}

TEST_F(ChunkerSteering, MovesTowardsTheAim) {
    Chunker chunker(plan_, 0, milliseconds(100));
    const auto first = chunker.rows();
    chunker.note(first, milliseconds(80));
    EXPECT_EQ(chunker.rows(), first * 100 / 80);
    const auto second = chunker.rows();
    chunker.note(second, milliseconds(125));
    EXPECT_EQ(chunker.rows(), second * 100 / 125);
    const auto third = chunker.rows();
    chunker.note(third, milliseconds(100));
    EXPECT_EQ(chunker.rows(), third);
}

TEST_F(ChunkerSteering, AtMostDoublesOrHalvesAtOnce) {
    Chunker chunker(plan_, 0, milliseconds(100));
    const auto first = chunker.rows();
    chunker.note(first, milliseconds(0));
    EXPECT_EQ(chunker.rows(), first * 2);
    chunker.note(2 * first, std::chrono::hours(1));
    EXPECT_EQ(chunker.rows(), first);
}

TEST_F(ChunkerSteering, ChunksOfAnEarlierSizeDoNotCountAgain) {
    // Four workers, each with a chunk that was cut before the first of them came to its end.
    Chunker chunker(plan_, 0, milliseconds(100));
    const auto first = chunker.rows();
    for (int worker = 0; worker < 4; ++worker) chunker.note(first, milliseconds(150));
    EXPECT_EQ(chunker.rows(), first * 100 / 150);
}

TEST_F(ChunkerSteering, AFewRowsTellNothingUnlessTheyTakeLong) {
    Chunker chunker(plan_, 0, milliseconds(100));
    const auto first = chunker.rows();
    chunker.note(7, milliseconds(5));
    chunker.note(0, milliseconds(1));
    EXPECT_EQ(chunker.rows(), first);
    chunker.note(0, milliseconds(120));  // rows that are deleted and not purged yet
    EXPECT_EQ(chunker.rows(), first / 2);
}

TEST_F(ChunkerSteering, StaysWithinItsLimits) {
    Chunker chunker(plan_, 0, milliseconds(100));
    for (int i = 0; i < 50; ++i) chunker.note(chunker.rows(), milliseconds(0));
    EXPECT_EQ(chunker.rows(), 100'000U);
    for (int i = 0; i < 50; ++i) chunker.note(chunker.rows(), std::chrono::hours(1));
    EXPECT_EQ(chunker.rows(), 100U);
}

}  // namespace
}  // namespace wisp::migrator
