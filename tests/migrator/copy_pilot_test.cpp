// SPDX-License-Identifier: Apache-2.0
#include "migrator/copy_pilot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace wisp::migrator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

/// A server whose speed depends on the number of workers, looked at ten times a second.
class CopyPilotTest : public ::testing::Test {
  protected:
    CopyPilotTest() { calm_.commit_ms = 1; }

    void begin(CopierBounds bounds, unsigned workers = 1) {
        calm_.now = now_;
        pilot_.emplace(bounds, workers, calm_);
        if (others_at_work(calm_)) now_ += seconds(15);  // in which they are left in peace
        changed_ = now_;
    }
    /// Looks for so long; returns the numbers it went to.
    std::vector<unsigned> go(milliseconds time) {
        std::vector<unsigned> numbers;
        for (const auto end = now_ + time; now_ < end;) {
            now_ += milliseconds(100);
            look_.now = now_;
            const auto n = pilot_->workers();
            const std::chrono::duration<double> passed = now_ - changed_;
            look_.work.ranges = static_cast<unsigned>(passed.count() / range_) * n;
            look_.work.busy = std::chrono::duration<double>(look_.work.ranges * range_);
            look_.work.rows = static_cast<std::uint64_t>(speed_(n) / n * look_.work.busy.count());
            if (const auto course = pilot_->steer(look_)) {
                numbers.push_back(course->workers);
                reason_ = course->reason;
                changed_ = now_;
            }
        }
        return numbers;
    }

    std::chrono::steady_clock::time_point now_;
    std::chrono::steady_clock::time_point changed_;
    Look calm_{now_, {}, {}, {}, {}, {}, 0};
    Look look_{now_, {}, {}, {}, {}, {}, 0};
    std::function<double(unsigned)> speed_ = [](unsigned n) { return 100'000.0 * n; };
    double range_ = 0.5;  // seconds that each takes
    std::optional<CopyPilot> pilot_;
    std::string reason_;
};

using Numbers = std::vector<unsigned>;

TEST_F(CopyPilotTest, ClimbsWhileMoreAreFasterUpToTheBound) {
    begin({1, 5});
    EXPECT_EQ(go(seconds(30)), (Numbers{2, 3, 4, 5}));
}

TEST_F(CopyPilotTest, StaysWhereOneMoreBringsNothing) {
    // Two cores.
    speed_ = [](unsigned n) { return n == 1 ? 100'000.0 : 160'000.0; };
    begin({1, 8});
    EXPECT_EQ(go(seconds(12)), (Numbers{2, 3, 2}));
    EXPECT_THAT(reason_, HasSubstr("160000 rows/s after 160000"));
}

TEST_F(CopyPilotTest, OneMoreThatBringsLittleIsNotWorthWhatTheLoadPaysForIt) {
    speed_ = [](unsigned n) { return n == 1 ? 100'000.0 : 130'000.0; };
    begin({1, 8});
    EXPECT_EQ(go(seconds(12)), (Numbers{2, 1}));
}

TEST_F(CopyPilotTest, TriesAgainLaterAndMoreAndMoreRarely) {
    speed_ = [](unsigned) { return 100'000.0; };
    begin({1, 8});
    EXPECT_EQ(go(seconds(10)), (Numbers{2, 1}));
    EXPECT_EQ(go(seconds(20)), (Numbers{2, 1}));
    EXPECT_EQ(go(seconds(15)), Numbers{}) << "twice as long as before";
    speed_ = [](unsigned n) { return 100'000.0 * n; };
    EXPECT_EQ(go(seconds(20)).front(), 2U) << "the server has got room";
}

TEST_F(CopyPilotTest, AFixedNumberIsFixed) {
    begin({4, 4});
    look_.commit_ms = 1'000;
    EXPECT_EQ(go(seconds(60)), Numbers{});
    EXPECT_EQ(pilot_->workers(), 4U);
}

TEST_F(CopyPilotTest, BeginsWithinTheBounds) {
    begin({2, 8});
    EXPECT_EQ(pilot_->workers(), 2U);
    begin({1, 3}, 7);
    EXPECT_EQ(pilot_->workers(), 3U);
}

TEST_F(CopyPilotTest, JudgesNothingBeforeEnoughRangesWereDone) {
    begin({1, 8});
    EXPECT_EQ(go(seconds(1)), Numbers{}) << "two ranges";
    EXPECT_EQ(go(seconds(1)), Numbers{2});
}

TEST_F(CopyPilotTest, BesideOthersItMeasuresForASecond) {
    speed_ = [](unsigned) { return 100'000.0; };
    range_ = 0.05;
    begin({1, 8});
    look_.statements = 4'000;
    EXPECT_EQ(go(milliseconds(300)), Numbers{2});
    EXPECT_EQ(go(milliseconds(700)), Numbers{}) << "their load goes up and down";
    EXPECT_EQ(go(milliseconds(300)), Numbers{1});
    begin({1, 8});
    look_.statements = 4;
    EXPECT_EQ(go(milliseconds(400)), Numbers{2});
}

TEST_F(CopyPilotTest, GoesBackWhenCommitsTakeLong) {
    begin({1, 8}, 4);
    look_.commit_ms = 50;
    EXPECT_EQ(go(seconds(10)), (Numbers{3, 2, 1}));
    EXPECT_THAT(reason_, HasSubstr("a small commit takes 50.0 ms"));
}

TEST_F(CopyPilotTest, MindsLessWhereNobodyElseIsAtWork) {
    begin({1, 2}, 2);
    look_.commit_ms = 5;
    look_.statements = 40;
    EXPECT_EQ(go(seconds(5)), Numbers{});
    look_.statements = 4'000;
    EXPECT_EQ(go(seconds(1)), Numbers{1});
}

TEST_F(CopyPilotTest, BeginsWithTwoWhereNobodyElseIsAtWork) {
    calm_.statements = 4;
    begin({1, 8});
    EXPECT_EQ(pilot_->workers(), 2U);
    begin({1, 1});
    EXPECT_EQ(pilot_->workers(), 1U);
    calm_.statements = 4'000;
    begin({1, 8});
    EXPECT_EQ(pilot_->workers(), 1U);
}

TEST_F(CopyPilotTest, OneMoreStaysWhereNobodyMindsUnlessItMakesTheWholeSlower) {
    calm_.statements = look_.statements = 4;
    speed_ = [](unsigned) { return 100'000.0; };
    begin({1, 8});
    EXPECT_EQ(go(seconds(10)), Numbers{3}) << "and no fourth so soon";
    speed_ = [](unsigned n) { return n < 4 ? 100'000.0 : 90'000.0; };
    EXPECT_EQ(go(seconds(20)), (Numbers{4, 3}));
}

TEST_F(CopyPilotTest, SmallLossesAddUp) {
    calm_.statements = look_.statements = 4;
    speed_ = [](unsigned n) { return 100'000.0 - 3'000.0 * n; };
    begin({1, 8});
    EXPECT_EQ(go(seconds(40)), (Numbers{3, 4, 3})) << "three in a hundred each";
}

TEST_F(CopyPilotTest, WhoIsThereBecauseNobodyMindsGoesWhenOthersCome) {
    calm_.statements = look_.statements = 4;
    speed_ = [](unsigned) { return 100'000.0; };
    begin({1, 8});
    EXPECT_EQ(go(seconds(10)), Numbers{3});
    look_.statements = 4'000;
    EXPECT_EQ(go(milliseconds(500)), Numbers{1});
    EXPECT_THAT(reason_, HasSubstr("others are at work now"));
    // Perhaps for a moment only: that does not make the wait for the next try longer.
    look_.statements = 4;
    EXPECT_EQ(go(seconds(10)), Numbers{2});
    // Those that make the whole faster stay.
    look_.statements = 4;
    speed_ = [](unsigned n) { return 100'000.0 * n; };
    begin({1, 3});
    EXPECT_EQ(go(seconds(10)), Numbers{3});
    look_.statements = 4'000;
    EXPECT_EQ(go(seconds(10)), Numbers{});
}

TEST_F(CopyPilotTest, TheNextStageBeginsWhereTheLastOneEnded) {
    calm_.statements = look_.statements = 4;
    speed_ = [](unsigned) { return 100'000.0; };
    begin({1, 8});
    EXPECT_EQ(go(seconds(10)), Numbers{3});
    pilot_->begin(calm_);
    EXPECT_EQ(pilot_->workers(), 3U);
    calm_.statements = 4'000;
    pilot_->begin(calm_);
    EXPECT_EQ(pilot_->workers(), 1U) << "others came in between";
}

TEST_F(CopyPilotTest, BesideOthersAStageBeginsWithoutATry) {
    calm_.now = now_;
    pilot_.emplace(CopierBounds{1, 8}, 1, calm_);
    EXPECT_EQ(go(seconds(14)), Numbers{});
    EXPECT_EQ(go(seconds(2)), Numbers{2});
}

TEST_F(CopyPilotTest, SlowCommitsThatWereSlowBeforeAreNoStrain) {
    calm_.commit_ms = 40;
    begin({1, 2});
    look_.commit_ms = 50;
    EXPECT_EQ(go(seconds(10)), Numbers{2});
}

TEST_F(CopyPilotTest, StrainIsNotReadFromBeforeTheChange) {
    begin({1, 8}, 3);
    look_.commit_ms = 50;
    const auto numbers = go(seconds(1));
    EXPECT_LE(numbers.size(), 1U);
}

TEST_F(CopyPilotTest, DoesNotClimbUnderStrain) {
    begin({1, 8});
    look_.backlog = 0.9;
    EXPECT_EQ(go(seconds(10)), Numbers{});
    look_.backlog = 0.1;
    EXPECT_EQ(go(seconds(1)), Numbers{2});
}

TEST_F(CopyPilotTest, GoesBackWhenReplayFallsBehind) {
    begin({1, 8}, 2);
    look_.backlog = 0.6;
    EXPECT_EQ(go(seconds(5)), Numbers{1});
}

TEST_F(CopyPilotTest, GoesBackWhenPurgeFallsBehind) {
    begin({1, 8}, 2);
    look_.history_length = 2'000'000;
    EXPECT_EQ(go(seconds(5)), Numbers{1});
    EXPECT_THAT(reason_, HasSubstr("not purged"));
    // It was so before.
    calm_.history_length = 2'000'000;
    begin({1, 2}, 2);
    EXPECT_EQ(go(seconds(5)), Numbers{});
}

TEST_F(CopyPilotTest, GoesBackWhenOneMoreMakesSessionsWaitForRowLocks) {
    begin({1, 8});
    look_.lock_waits = 20;
    EXPECT_EQ(go(seconds(2)), Numbers{2});
    look_.lock_waits = 90;
    EXPECT_EQ(go(seconds(4)), Numbers{1});
    EXPECT_THAT(reason_, HasSubstr("90 waits for row locks a second after 20"));
}

}  // namespace
}  // namespace wisp::migrator
