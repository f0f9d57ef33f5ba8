// SPDX-License-Identifier: Apache-2.0
#include "throttle/pace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>

namespace wisp::throttle {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Pace, ShrinksByTheSameFactorForEachStepNearer) {
    EXPECT_DOUBLE_EQ(pace_at(0), 1);
    EXPECT_DOUBLE_EQ(pace_at(0.4), 1);
    EXPECT_NEAR(pace_at(0.7) / pace_at(0.6), pace_at(0.9) / pace_at(0.8), 1e-9);
    EXPECT_DOUBLE_EQ(pace_at(1), 0.05);
    EXPECT_DOUBLE_EQ(pace_at(7), 0.05);
}

TEST(Pace, AsksForRestAndSaysWhy) {
    EXPECT_EQ(judge_number({0.4, 1.0}, false, "x").effect, Effect::kGo);
    const Reading reading = judge_number({0.7, 1.0}, false, "lag 0.70 s, limit 1.00 s");
    EXPECT_EQ(reading.effect, Effect::kSlowCopy);
    EXPECT_EQ(reading.reason, "lag 0.70 s, limit 1.00 s");
    EXPECT_NEAR(reading.rest, std::sqrt(20) - 1, 1e-9);
    EXPECT_EQ(judge_number({1.1, 1.0}, true, "x").effect, Effect::kHoldCopy);
    EXPECT_EQ(judge_number({-1, 0}, false, "x").effect, Effect::kGo);
    EXPECT_EQ(judge_number({0, 0}, true, "x").effect, Effect::kHoldCopy);
}

/// A replica that applies less than an unhindered copy writes: its lag grows with what is written
/// above its own rate, and shrinks with what is not. The reading comes late by `delay`.
struct Replica {
    double lag = 0;   // seconds
    double copy = 0;  // what full pace writes, as a multiple of what the replica applies
    milliseconds delay{0};
    unsigned stops = 0;       // times the limit was passed
    unsigned late_stops = 0;  // the same in the second half of the run
    double most = 0;          // lag at the end of the run
    double work = 0;          // seconds of work that the copy did

    void run(seconds time) {
        constexpr milliseconds kStep{50};
        std::deque<double> read;
        Reading reading;
        bool held = false;
        for (milliseconds at{0}; at < time; at += kStep) {
            read.push_back(lag);
            if (static_cast<int>(read.size()) > delay / kStep) {
                reading = judge_number({read.front(), 1.5}, read.front() > 1.5, "x");
                read.pop_front();
            }
            const bool holds = reading.effect == Effect::kHoldCopy;
            if (holds && !held) ++(at > time / 2 ? late_stops : stops);
            held = holds;
            const double pace = holds ? 0 : 1 / (1 + reading.rest);
            lag = std::max(0.0, lag + (pace * copy - 1) * 0.05);
            work += pace * 0.05;
            if (at > time / 2) most = std::max(most, lag);
        }
    }
};

class PaceLoop : public ::testing::TestWithParam<double> {};

TEST_P(PaceLoop, FindsThePaceTheReplicaBearsAndKeepsIt) {
    Replica replica;
    replica.copy = GetParam();
    replica.delay = milliseconds{350};  // heartbeat and poll
    replica.run(seconds{120});
    EXPECT_LE(replica.stops, 1U);  // at full speed into it, at most once
    EXPECT_EQ(replica.late_stops, 0U);
    EXPECT_LE(replica.most, 0.9 * 1.5);
    // As much as the replica can take, and no less.
    const double share = replica.work * replica.copy / 120;
    EXPECT_GT(share, 0.98);
    EXPECT_LT(share, 1.02);
}

INSTANTIATE_TEST_SUITE_P(, PaceLoop, ::testing::Values(1.2, 2.0, 3.0, 5.0, 8.0));

TEST(Pace, DoesNotHinderACopyThatTheReplicaKeepsUpWith) {
    Replica replica;
    replica.copy = 0.9;
    replica.delay = milliseconds{350};
    replica.run(seconds{60});
    EXPECT_NEAR(replica.work, 60, 0.1);
}

}  // namespace
}  // namespace wisp::throttle
