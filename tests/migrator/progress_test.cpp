// SPDX-License-Identifier: Apache-2.0
#include "migrator/progress.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <thread>

namespace wisp::migrator {
namespace {

TEST(Stage, HasAWordForEachOfThem) {
    using enum Stage;
    std::set<std::string> words;
    for (const auto stage : {kStarting, kCountingRows, kCopying, kVerifying, kRetrying, kCatchingUp,
                             kPostponed, kCuttingOver, kCleaningUp, kDone}) {
        words.insert(to_string(stage));
    }
    EXPECT_EQ(words.size(), 10U);
    EXPECT_FALSE(words.contains("unknown"));
}

TEST(Stage, UsesGhostsWordsWhereThereAreAny) {
    EXPECT_STREQ(to_string(Stage::kCopying), "migrating");
    EXPECT_STREQ(to_string(Stage::kPostponed), "postponing cut-over");
}

TEST(StageClock, TellsHowLongEachStageTook) {
    StageClock clock;
    clock = Stage::kCopying;
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    clock = Stage::kVerifying;
    clock = Stage::kCopying;  // again: both times count
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    clock = Stage::kCatchingUp;
    EXPECT_EQ(clock, Stage::kCatchingUp);
    const auto times = clock.times();
    ASSERT_EQ(times.size(), 4U);
    EXPECT_EQ(times[0].stage, Stage::kStarting);
    EXPECT_EQ(times[1].stage, Stage::kCopying);
    EXPECT_GE(times[1].seconds, 0.04);
    EXPECT_EQ(times[2].stage, Stage::kVerifying);
    EXPECT_LT(times[2].seconds, times[1].seconds);
    EXPECT_EQ(times[3].stage, Stage::kCatchingUp);
}

TEST(Percent, NeverPassesAHundred) {
    ProgressSnapshot s;
    s.stage = Stage::kCopying;
    EXPECT_EQ(percent(s), 0) << "nothing is known";
    s.rows_estimated = 1000;
    s.rows_copied = 500;
    EXPECT_EQ(percent(s), 50);
    for (const std::uint64_t rows : {999U, 1000U, 1001U, 100'000'000U}) {
        s.rows_copied = rows;
        EXPECT_EQ(percent(s), 99.9) << "the estimate was low, the copy goes on: " << rows;
    }
    s.stage = Stage::kVerifying;
    EXPECT_EQ(percent(s), 100);
}

TEST(Progress, StartsWithNothingDone) {
    const Progress progress;
    EXPECT_EQ(progress.stage, Stage::kStarting);
    EXPECT_EQ(progress.rows_copied, 0U);
    EXPECT_EQ(progress.copy_began, 0);
    EXPECT_LE(progress.began, std::chrono::steady_clock::now());
}

}  // namespace
}  // namespace wisp::migrator
