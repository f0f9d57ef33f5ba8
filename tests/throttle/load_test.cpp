// SPDX-License-Identifier: Apache-2.0
#include "throttle/load.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "throttle/lag.h"

namespace wisp::throttle {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(LoadLimits, ReadsListsAndWritesThemBack) {
    constexpr auto kTexts = std::to_array<std::string_view>(
        {"", "Threads_running=25", "Threads_running=25,Threads_connected=500", "x=-1"});
    for (const std::string_view text : kTexts) {
        const auto limits = parse_load_limits(text);
        ASSERT_TRUE(limits) << text;
        EXPECT_EQ(to_string(*limits), text);
    }
    EXPECT_EQ(parse_load_limits(" a = 1 , b=2 "), (LoadLimits{{"a", 1}, {"b", 2}}));
}

TEST(LoadLimits, RefusesWithAReason) {
    constexpr auto kCases = std::to_array<std::pair<std::string_view, std::string_view>>({
        {"Threads_running", "has no '='"},
        {"Threads_running>25", "has no '='"},
        {"=25", "names no status variable"},
        {"a b=25", "names no status variable"},
        {"a';--=25", "names no status variable"},
        {"a=", "is not a whole number"},
        {"a=2.5", "is not a whole number"},
        {"a=25x", "is not a whole number"},
        {"a=99999999999999999999", "is not a whole number"},
        {"a=1,", "has no '='"},
        {"a=1,a=2", "given twice"},
    });
    for (const auto& [text, reason] : kCases) {
        const auto limits = parse_load_limits(text);
        ASSERT_FALSE(limits) << text;
        EXPECT_NE(limits.error().find(reason), std::string::npos) << limits.error();
    }
}

TEST(Load, ComparesWithGreaterOrEqual) {
    const LoadLimits limits = {{"Threads_running", 25}, {"Load", 3}};
    EXPECT_FALSE(nearest(limits, {{"Threads_running", "24"}, {"Load", "2.9"}}).met);
    const Nearness threads = nearest(limits, {{"threads_running", "25"}, {"Load", "0"}});
    EXPECT_TRUE(threads.met);
    EXPECT_EQ(threads.text, "Threads_running=25, limit 25");
    EXPECT_EQ(nearest(limits, {{"Threads_running", "0"}, {"Load", "3.0"}}).text,
              "Load=3.0, limit 3");
    EXPECT_EQ(nearest({}, {}).text, "");
    EXPECT_FALSE(nearest({}, {}).met);
}

TEST(Load, TellsTheLimitThatIsNearest) {
    const LoadLimits limits = {{"a", 100}, {"b", 10}, {"c", 0}};
    const Nearness near = nearest(limits, {{"a", "50"}, {"b", "8"}, {"c", "-1"}});
    EXPECT_FALSE(near.met);
    EXPECT_DOUBLE_EQ(near.measure.value, 8);
    EXPECT_DOUBLE_EQ(near.measure.limit, 10);
    EXPECT_EQ(near.text, "b=8, limit 10");
    // A limit that is met is told before one that is only near.
    EXPECT_EQ(nearest({{"a", 100}, {"c", -5}}, {{"a", "99"}, {"c", "-5"}}).text, "c=-5, limit -5");
}

TEST(Load, DoesNotTakeTheUnknownForLow) {
    EXPECT_THROW((void)nearest({{"Threads_runing", 25}}, {}), std::runtime_error);
    EXPECT_THROW((void)nearest({{"Innodb_have", 1}}, {{"Innodb_have", "ON"}}), std::runtime_error);
}

TEST(CriticalLoad, AbortsAtOnceByDefault) {
    CriticalLoad rule;
    const CriticalLoad::Terms terms{milliseconds{0}, seconds{0}};
    EXPECT_EQ(rule.judge("", terms, SteadyTime{}).effect, Effect::kGo);
    const Reading reading = rule.judge("Threads_running=99, limit 50", terms, SteadyTime{});
    EXPECT_EQ(reading.effect, Effect::kAbort);
    EXPECT_EQ(reading.reason, "critical-load Threads_running=99, limit 50");
}

TEST(CriticalLoad, AbortsOnlyIfStillMetAfterTheInterval) {
    CriticalLoad rule;
    const CriticalLoad::Terms terms{milliseconds{2000}, seconds{0}};
    const SteadyTime start{seconds{100}};
    EXPECT_EQ(rule.judge("x", terms, start).effect, Effect::kHoldCopy);
    EXPECT_EQ(rule.judge("", terms, start + seconds{1}).effect, Effect::kGo);
    EXPECT_EQ(rule.judge("x", terms, start + seconds{3}).effect, Effect::kHoldCopy);
    EXPECT_EQ(rule.judge("x", terms, start + seconds{4}).effect, Effect::kHoldCopy);
    EXPECT_EQ(rule.judge("x", terms, start + seconds{5}).effect, Effect::kAbort);
}

TEST(CriticalLoad, HibernatesInsteadOfAborting) {
    CriticalLoad rule;
    const CriticalLoad::Terms terms{milliseconds{0}, seconds{10}};
    const SteadyTime start{seconds{100}};
    EXPECT_EQ(rule.judge("x", terms, start).effect, Effect::kHoldAll);
    EXPECT_EQ(rule.judge("", terms, start + seconds{9}).effect, Effect::kHoldAll);
    EXPECT_EQ(rule.judge("", terms, start + seconds{10}).effect, Effect::kGo);
    EXPECT_EQ(rule.judge("x", terms, start + seconds{11}).effect, Effect::kHoldAll);
}

TEST(Lag, IsNeverBelowZero) {
    EXPECT_DOUBLE_EQ(lag_of(1'000'000, 2'500'000).count(), 1.5);
    EXPECT_DOUBLE_EQ(lag_of(5'000'000, 1'000'000).count(), 0);  // clock set back
}

}  // namespace
}  // namespace wisp::throttle
