// SPDX-License-Identifier: Apache-2.0
#include "migrator/commit_times.h"

#include <gtest/gtest.h>

namespace wisp::migrator {
namespace {

using std::chrono::milliseconds;

TEST(CommitTimes, TellNothingFromTooFew) {
    CommitTimes times;
    EXPECT_FALSE(times.recent_ms());
    times.note(milliseconds(5));
    EXPECT_FALSE(times.recent_ms());
}

TEST(CommitTimes, AreTheMeanSoThatOneStallCounts) {
    CommitTimes times;
    for (int i = 0; i < 9; ++i) times.note(milliseconds(1));
    times.note(milliseconds(41));
    EXPECT_DOUBLE_EQ(times.recent_ms().value_or(0), 5);
}

}  // namespace
}  // namespace wisp::migrator
