// SPDX-License-Identifier: Apache-2.0
#include "control/status_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace wisp::control {
namespace {

using migrator::ProgressSnapshot;
using migrator::Stage;
using ::testing::HasSubstr;
using ::testing::Not;

ProgressSnapshot copying(std::uint64_t copied, std::uint64_t estimated, double seconds = 10) {
    ProgressSnapshot s;
    s.stage = Stage::kCopying;
    s.rows_copied = copied;
    s.rows_estimated = estimated;
    s.copy_seconds = seconds;
    s.elapsed_seconds = seconds + 1;
    s.eta_seconds = 195;
    return s;
}

TEST(ShortDuration, ShowsOnlyTheUnitsItNeeds) {
    EXPECT_EQ(short_duration(0), "0s");
    EXPECT_EQ(short_duration(0.9), "0s");
    EXPECT_EQ(short_duration(59.9), "59s");
    EXPECT_EQ(short_duration(60), "1m0s");
    EXPECT_EQ(short_duration(3599), "59m59s");
    EXPECT_EQ(short_duration(3600), "1h0m0s");
    EXPECT_EQ(short_duration(90'061), "25h1m1s");
    EXPECT_EQ(short_duration(-5), "0s");
}

TEST(StatusLine, SaysThatTheEtaIsUnknown) {
    auto s = copying(10, 1'000);
    s.eta_seconds = -1;
    EXPECT_THAT(status_line(s, 1), HasSubstr("ETA: N/A"));
}

TEST(StatusLine, HasAnEtaWhileItVerifies) {
    auto s = copying(1'000, 1'000);
    s.stage = Stage::kVerifying;
    s.verify_share = 0.1;
    s.rows_verified = 50;
    EXPECT_THAT(status_line(s, 1), HasSubstr("State: verifying, 50%; ETA: 3m15s"));
}

TEST(StatusLine, IsGhostsLine) {
    auto s = copying(250, 1'000, 65);
    s.changes_applied = 7;
    s.backlog_bytes = 512;
    s.lag_seconds = 0.125;
    s.stream_position = "binlog.000003:1234";
    EXPECT_EQ(
        status_line(s, 4'096),
        "Copy: 250/1000 25.0%; Applied: 7; Backlog: 512/4096; Time: 1m6s(total), 1m5s(copy);"
        " streamer: binlog.000003:1234; Lag: 0.12s, HeartbeatLag: 0.12s, State: migrating; ETA:"
        " 3m15s");
}

TEST(StatusLine, NeverShowsMoreThanAHundredPercent) {
    for (const std::uint64_t copied : {1'000ULL, 1'001ULL, 2'050ULL, 1'000'000'000ULL}) {
        EXPECT_THAT(status_line(copying(copied, 1'000), 1), HasSubstr(" 99.9%;")) << copied;
    }
}

TEST(StatusLine, KeepsTheLastPercentForTheEndOfTheCopy) {
    EXPECT_THAT(status_line(copying(9'999, 10'000), 1), HasSubstr(" 99.9%;"));
    auto s = copying(900, 1'000);
    s.stage = Stage::kCatchingUp;
    EXPECT_THAT(status_line(s, 1), HasSubstr("Copy: 900/900 100.0%;"));
}

TEST(StatusLine, ShowsNothingCopiedWithoutAnEstimate) {
    EXPECT_THAT(status_line(copying(0, 0), 1), HasSubstr("Copy: 0/0 0.0%;"));
}

TEST(StatusLine, IsDueOnceTheCopyIsOver) {
    for (const auto stage : {Stage::kCatchingUp, Stage::kPostponed, Stage::kCuttingOver,
                             Stage::kCleaningUp, Stage::kDone}) {
        auto s = copying(10, 1'000);
        s.stage = stage;
        const auto line = status_line(s, 1);
        EXPECT_THAT(line, HasSubstr("100.0%"));
        EXPECT_THAT(line, HasSubstr("ETA: due"));
        EXPECT_THAT(line, HasSubstr(std::string("State: ") + migrator::to_string(stage)));
    }
}

TEST(StatusLine, SaysWhyTheCopyIsHeld) {
    auto s = copying(10, 1'000);
    s.throttle = "max-load: Threads_running=30, limit 25";
    s.stage = Stage::kVerifying;
    EXPECT_THAT(status_line(s, 1), HasSubstr("State: throttled, max-load: Threads_running=30"));
    s.stage = Stage::kCopying;
    for (const auto& line : {status_line(s, 1), state_in_words(s)}) {
        EXPECT_THAT(line, HasSubstr("throttled, max-load: Threads_running=30, limit 25"));
        EXPECT_THAT(line, Not(HasSubstr("migrating")));
    }
}

TEST(StatusLine, SaysWhoSlowsTheCopyAndToWhat) {
    auto s = copying(10, 1'000);
    s.slowed = "load: max-load Threads_running=30, limit 40 (for 3 s)";
    s.copy_pace = 0.2236;
    for (const auto& line : {status_line(s, 1), state_in_words(s)}) {
        EXPECT_THAT(line, HasSubstr("migrating at 22% pace, load: max-load Threads_running=30,"
                                    " limit 40 (for 3 s)"));
    }
}

TEST(StatusLine, SaysThatTheReplayFallsBehindWithBothRates) {
    auto s = copying(10, 1'000);
    s.arriving = 5'210.4;
    s.replayed = 3'100.2;
    for (const auto& line : {status_line(s, 1), state_in_words(s)}) {
        EXPECT_THAT(line,
                    HasSubstr("migrating, replay falls behind: 5210 changes/s arrive, 3100 are"
                              " replayed"));
    }
}

TEST(StatusLine, ShowsTheStageBeforeTheCopy) {
    ProgressSnapshot s;
    s.stage = Stage::kStarting;
    s.rows_estimated = 1'000;
    EXPECT_THAT(status_line(s, 1), HasSubstr("Copy: 0/1000 0.0%;"));
    EXPECT_THAT(status_line(s, 1), HasSubstr("State: starting; ETA: N/A"));
}

}  // namespace
}  // namespace wisp::control
