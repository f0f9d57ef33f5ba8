// SPDX-License-Identifier: Apache-2.0
#include "migrator/eta.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace wisp::migrator {
namespace {

/// A run of a million rows, of which the test says how fast they are copied and compared.
class EtaTest : public ::testing::Test {
  protected:
    EtaTest() {
        s_.stage = Stage::kCopying;
        s_.rows_estimated = 1'000'000;
    }
    /// So many seconds at this rate; what is shown in the end.
    double copy(int seconds, double rate) {
        for (int i = 0; i < seconds; ++i) {
            s_.rows_copied += static_cast<std::uint64_t>(rate);
            s_.copy_seconds += 1;
            step();
        }
        return look();
    }
    double compare(int seconds, double rate) {
        s_.stage = Stage::kVerifying;
        for (int i = 0; i < seconds; ++i) {
            s_.rows_verified += static_cast<std::uint64_t>(rate);
            step();
        }
        return look();
    }
    void step() {
        s_.elapsed_seconds += 1;
        const double now = eta_.update(s_);
        if (last_ >= 0 && now >= 0) {
            worst_jump_ =
                std::max(worst_jump_, std::abs(now - (last_ - 1)) / std::max(10.0, last_));
        }
        last_ = now;
    }
    double look() { return eta_.update(s_); }

    Eta eta_;
    ProgressSnapshot s_;
    double last_ = -1;
    double worst_jump_ = 0;
};

TEST_F(EtaTest, IsUnknownBeforeTheFirstRows) {
    EXPECT_LT(look(), 0);
    s_.stage = Stage::kStarting;
    EXPECT_LT(look(), 0);
    s_.stage = Stage::kCopying;
    s_.rows_copied = 10;
    s_.copy_seconds = 1;
    s_.rows_estimated = 0;
    EXPECT_LT(look(), 0);
}

TEST_F(EtaTest, IsWhatTheRateLeaves) {
    EXPECT_NEAR(copy(20, 10'000), 80, 2);
    EXPECT_NEAR(copy(60, 10'000), 20, 2);
    EXPECT_LE(worst_jump_, 0.05);
}

TEST_F(EtaTest, CountsTheVerificationFirstByExperienceThenAsItGoes) {
    s_.verify_share = 1;
    EXPECT_NEAR(copy(20, 10'000), 80 + 25, 3);
    copy(80, 10'000);
    EXPECT_NEAR(compare(10, 20'000), 40, 5);
    EXPECT_NEAR(compare(30, 20'000), 10, 2);
}

TEST_F(EtaTest, CountsASampleAsThat) {
    s_.verify_share = 0.1;
    copy(100, 10'000);
    EXPECT_NEAR(compare(40, 2'000), 10, 1);
}

TEST_F(EtaTest, CountsTheBacklog) {
    copy(20, 10'000);
    s_.lag_seconds = 30;
    for (int i = 0; i < 30; ++i) copy(1, 10'000);
    EXPECT_NEAR(look(), 50 + 30, 3);
}

TEST_F(EtaTest, DoesNotJumpWhileTheCopyStopsAndGoes) {
    copy(30, 5'000);
    worst_jump_ = 0;
    for (int i = 0; i < 20; ++i) {
        copy(2, 10'000);
        copy(2, 0);
    }
    EXPECT_LE(worst_jump_, 0.1);
}

TEST_F(EtaTest, FollowsALastingChange) {
    copy(30, 10'000);
    EXPECT_GT(copy(60, 2'000), 135);  // 580,000 rows: 290 s at the last rate, 124 on average
}

TEST_F(EtaTest, IsNeverBelowZeroWhenThereAreMoreRowsThanEstimated) {
    copy(110, 10'000);
    EXPECT_DOUBLE_EQ(look(), 0);
}

TEST_F(EtaTest, IsOverOnceEverythingIsVerified) {
    copy(100, 10'000);
    s_.stage = Stage::kCatchingUp;
    EXPECT_DOUBLE_EQ(look(), 0);
}

}  // namespace
}  // namespace wisp::migrator
