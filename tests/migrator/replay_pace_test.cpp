// SPDX-License-Identifier: Apache-2.0
#include "migrator/replay_pace.h"

#include <gtest/gtest.h>

namespace wisp::migrator {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;

class ReplayPaceTest : public ::testing::Test {
  protected:
    /// So long goes by; so much of the binlog's time and so many changes are replayed in it.
    void pass(double ours, double of_binlog, std::uint64_t changes, bool full = true) {
        sample_.now +=
            duration_cast<ReplayPace::Clock::duration>(std::chrono::duration<double>(ours));
        sample_.heartbeat += static_cast<std::int64_t>(of_binlog * 1e6);
        sample_.changes += changes;
        sample_.full = full;
        pace_.note(sample_);
    }
    [[nodiscard]] bool is_behind() const { return pace_.behind().has_value(); }
    [[nodiscard]] bool is_due_after(seconds time) { return pace_.is_due(sample_.now + time); }

    ReplayPace pace_;
    ReplayPace::Sample sample_{ReplayPace::Clock::time_point(seconds(1'000)), 5'000'000'000, 77,
                               true};
};

TEST_F(ReplayPaceTest, TellsBothRatesWhenTheBinlogsTimePassesMoreSlowlyThanOurs) {
    pass(0, 0, 0);
    // 30,000 changes that were made in 4 s took 10 s.
    for (int i = 0; i < 10; ++i) pass(1, 0.4, 3'000);
    ASSERT_TRUE(is_behind());
    EXPECT_NEAR(pace_.behind()->arriving, 7'500, 1);
    EXPECT_NEAR(pace_.behind()->replayed, 3'000, 1);
}

TEST_F(ReplayPaceTest, SaysNothingBeforeAWholeWindow) {
    pass(0, 0, 0);
    for (int i = 0; i < 9; ++i) pass(1, 0.1, 1'000);
    EXPECT_FALSE(is_behind());
}

TEST_F(ReplayPaceTest, SaysNothingWhileABacklogShrinks) {
    pass(0, 0, 0);
    pass(11, 30, 90'000);
    EXPECT_FALSE(is_behind());
    pass(11, 11, 90'000);
    EXPECT_FALSE(is_behind()) << "nor while it stays as it is";
}

TEST_F(ReplayPaceTest, DoesNotCountTimesInWhichTheApplierWaitedForChanges) {
    pass(0, 0, 0);
    pass(8, 1, 10, false);
    pass(8, 1, 10);
    EXPECT_FALSE(is_behind()) << "the window begins again";
    pass(8, 1, 10);
    pass(3, 1, 10);
    EXPECT_TRUE(is_behind());
    pass(1, 1, 10, false);
    EXPECT_FALSE(is_behind());
}

TEST_F(ReplayPaceTest, DoesNotCountTimesInWhichTheApplierWasHeld) {
    pass(0, 0, 0);
    pass(5, 5, 10);
    pace_.start_over();
    pass(600, 1, 10);
    EXPECT_FALSE(is_behind());
    pass(10, 10, 10);
    EXPECT_FALSE(is_behind());
}

TEST_F(ReplayPaceTest, WaitsForAHeartbeatBehindALongTransaction) {
    pass(0, 0, 0);
    pass(40, 0, 1'000'000);
    EXPECT_FALSE(is_behind()) << "nothing is known of its time";
    pass(10, 25, 0);
    ASSERT_TRUE(is_behind());
    EXPECT_NEAR(pace_.behind()->arriving, 40'000, 1);
    EXPECT_NEAR(pace_.behind()->replayed, 20'000, 1);
}

TEST_F(ReplayPaceTest, IsDueAtOnceAndThenAtGrowingIntervals) {
    pass(0, 0, 0);
    EXPECT_FALSE(is_due_after(seconds(0)));
    pass(10, 5, 1'000);
    EXPECT_TRUE(is_due_after(seconds(0)));
    EXPECT_FALSE(is_due_after(seconds(29)));
    EXPECT_TRUE(is_due_after(seconds(30)));
    EXPECT_FALSE(is_due_after(seconds(89)));
    EXPECT_TRUE(is_due_after(seconds(90)));
    EXPECT_FALSE(is_due_after(seconds(209)));
    pass(10, 20, 1'000);
    EXPECT_FALSE(is_due_after(seconds(10'000))) << "it keeps up again";
}

}  // namespace
}  // namespace wisp::migrator
