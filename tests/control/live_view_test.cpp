// SPDX-License-Identifier: Apache-2.0
#include "control/live_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace wisp::control {
namespace {

using migrator::ProgressSnapshot;
using migrator::Stage;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

ProgressSnapshot copying() {
    ProgressSnapshot s;
    s.schema = "shop";
    s.table = "orders";
    s.stage = Stage::kCopying;
    s.rows_estimated = 1'000'000;
    s.rows_copied = 500'000;
    s.verify_share = 1;
    s.backlog_transactions = 12;
    s.backlog_bytes = 16 << 20;
    s.lag_seconds = 0.5;
    s.elapsed_seconds = 61;
    s.eta_seconds = 75;
    return s;
}

TEST(LiveView, ShowsWhatIsDoneAndInWords) {
    LiveView view(32 << 20, false, "Ctrl-C ends the run");
    EXPECT_THAT(
        view.lines(copying(), 120),
        ElementsAre(
            "shop.orders  migrating",
            "copy    ###############...............  50.0 %  500 k of 1000 k rows",
            "verify  ..............................   0.0 %  0 rows compared",
            "backlog ###############............... 12 transactions, 16 MiB of 32 MiB",
            "lag     -                              0.5 s, 0.5 s at most in the last minute",
            "held    _                              0 % of the last minute",
            "0 rows/s  1m1s so far, about 1m15s", "Ctrl-C ends the run"));
}

TEST(LiveView, DrawsBlocksWhereTheTerminalHasThem) {
    LiveView view(1, true, "");
    EXPECT_THAT(view.lines(copying(), 120), Contains(StartsWith("copy    ███████████████░░░")));
}

TEST(LiveView, NeverShowsMoreThanAHundredPercentNorALongLine) {
    LiveView view(1, true, std::string(300, 'h'));
    auto s = copying();
    s.rows_copied = 5'000'000;
    s.throttle = std::string(500, 't');
    for (const auto stage : {Stage::kCopying, Stage::kVerifying, Stage::kCatchingUp}) {
        s.stage = stage;
        s.rows_verified = 9'000'000;
        const auto lines = view.lines(s, 40);
        for (const auto& line : lines) {
            std::size_t characters = 0;
            for (const char c : line)
                characters += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
            EXPECT_LE(characters, 40U) << line;
            for (const char* more : {"101", "500 %", "180"})
                EXPECT_THAT(line, Not(HasSubstr(more)));
        }
    }
}

TEST(LiveView, RemembersAMinuteOfLagAndHolds) {
    LiveView view(1, false, "");
    auto s = copying();
    for (int second = 0; second < 200; ++second) {
        s.elapsed_seconds += 1;
        s.lag_seconds = second == 100 ? 99 : second == 190 ? 7 : 0;
        s.throttle = second >= 170 ? "flag-file" : "";
        s.rows_copied += 1'000;
        static_cast<void>(view.lines(s, 120));
    }
    const auto lines = view.lines(s, 120);
    EXPECT_THAT(lines, Contains(HasSubstr("0.0 s, 7.0 s at most in the last minute")));
    EXPECT_THAT(lines, Contains(HasSubstr("held    ############################## 50 %")));
    EXPECT_THAT(lines, Contains(StartsWith("1000 rows/s")));
    EXPECT_THAT(lines, Contains(StartsWith("shop.orders  throttled, flag-file")));
}

TEST(LiveView, SaysThatItVerifiesAndWhenItIsReady) {
    LiveView view(1, false, "");
    auto s = copying();
    s.stage = Stage::kVerifying;
    s.rows_verified = 250'000;
    EXPECT_THAT(view.lines(s, 120), Contains(HasSubstr(" 50.0 %  250 k rows compared")));
    s.stage = Stage::kPostponed;
    const auto lines = view.lines(s, 120);
    EXPECT_THAT(lines, Contains(StartsWith("verify  ############################## 100.0 %")));
    EXPECT_THAT(lines, Contains(HasSubstr("ready to swap")));
    s.verify_share = 0;
    EXPECT_THAT(view.lines(s, 120), Not(Contains(StartsWith("verify"))));
}

}  // namespace
}  // namespace wisp::control
