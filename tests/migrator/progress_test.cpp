// SPDX-License-Identifier: Apache-2.0
#include "migrator/progress.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace wisp::migrator {
namespace {

TEST(Stage, HasAWordForEachOfThem) {
    using enum Stage;
    std::set<std::string> words;
    for (const auto stage : {kStarting, kCountingRows, kCopying, kRetrying, kCatchingUp, kPostponed,
                             kCuttingOver, kCleaningUp, kDone}) {
        words.insert(to_string(stage));
    }
    EXPECT_EQ(words.size(), 9U);
    EXPECT_FALSE(words.contains("unknown"));
}

TEST(Stage, UsesGhostsWordsWhereThereAreAny) {
    EXPECT_STREQ(to_string(Stage::kCopying), "migrating");
    EXPECT_STREQ(to_string(Stage::kPostponed), "postponing cut-over");
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
