// SPDX-License-Identifier: Apache-2.0
#include "migrator/copy_ease.h"

#include <gtest/gtest.h>

namespace wisp::migrator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class CopyEaseTest : public ::testing::Test {
  protected:
    /// After so long of the same look.
    Ease after(seconds time, bool fewest = true) {
        Ease ease{};
        for (const auto end = look_.now + time; look_.now < end;) {
            look_.now += milliseconds(100);
            ease = control_.steer(look_, fewest);
        }
        return ease;
    }
    void writes(double statements, double commit_ms) {
        look_.statements = statements;
        look_.commit_ms = commit_ms;
    }

    std::chrono::steady_clock::time_point start_;
    Look calm_{start_, {}, 2.0, {}, {}, {}, 0};
    Look look_{start_, {}, {}, {}, {}, {}, 0};
    CopyEase control_{milliseconds(500), calm_};
};

TEST_F(CopyEaseTest, NobodyElseNoEase) {
    writes(5, 90);
    EXPECT_EQ(after(seconds(10)), (Ease{milliseconds(500), milliseconds(500), 0}));
}

TEST_F(CopyEaseTest, ChunksAreShortWhileOthersAreAtWork) {
    writes(2'000, 3);
    EXPECT_EQ(after(seconds(10)), (Ease{milliseconds(100), milliseconds(20), 0}));
    writes(5, 3);
    EXPECT_EQ(after(seconds(1)), (Ease{milliseconds(500), milliseconds(500), 0}));
}

TEST_F(CopyEaseTest, OthersThatCannotBeCountedAreThere) {
    look_.commit_ms = 3;
    EXPECT_EQ(after(seconds(2)).chunk_time, milliseconds(100));
}

TEST_F(CopyEaseTest, AShorterTimeThatWasAskedForStays) {
    CopyEase control(milliseconds(10), calm_);
    look_.statements = 2'000;
    EXPECT_EQ(control.steer(look_, true), (Ease{milliseconds(10), milliseconds(10), 0}));
}

TEST_F(CopyEaseTest, RestsLongerAndLongerWhileCommitsAreSlow) {
    writes(2'000, 9);
    EXPECT_EQ(after(seconds(1)).rest, 0.25);
    EXPECT_EQ(after(seconds(1)).rest, 0.5);
    EXPECT_EQ(after(seconds(60)).rest, 0.5) << "and no longer";
}

TEST_F(CopyEaseTest, NotWhileACopierCanBeSentToRest) {
    writes(2'000, 9);
    EXPECT_EQ(after(seconds(10), false).rest, 0);
}

TEST_F(CopyEaseTest, GoesOnWhenCommitsAreFastAgain) {
    writes(2'000, 9);
    after(seconds(10));
    writes(2'000, 5);
    EXPECT_EQ(after(seconds(10)).rest, 0.5) << "below the limit of 6 ms, but not by much";
    writes(2'000, 2);
    EXPECT_EQ(after(seconds(1)).rest, 0.25);
    EXPECT_EQ(after(seconds(10)).rest, 0);
}

TEST_F(CopyEaseTest, DoesNotRestForCommitsThatWereSlowBefore) {
    calm_.commit_ms = 40;
    control_.begin(calm_);
    writes(2'000, 100);
    EXPECT_EQ(after(seconds(10)).rest, 0);
}

}  // namespace
}  // namespace wisp::migrator
