// SPDX-License-Identifier: Apache-2.0
#include "migrator/crew.h"

#include <gtest/gtest.h>

#include <future>

namespace wisp::migrator {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

TEST(Crew, LetsAsManyWorkAsItHasPlaces) {
    Crew crew(2);
    EXPECT_TRUE(crew.await_place(0, {}));
    EXPECT_TRUE(crew.await_place(1, {}));
    auto third = std::async(std::launch::async, [&] { return crew.await_place(2, {}); });
    crew.resize(3);
    EXPECT_TRUE(third.get());
}

TEST(Crew, SendsEverybodyHomeWhenThereIsNoWorkLeft) {
    Crew crew(1);
    auto waiting = std::async(std::launch::async, [&] { return crew.await_place(5, {}); });
    crew.dismiss();
    EXPECT_FALSE(waiting.get());
    EXPECT_FALSE(crew.await_place(0, {}));
}

TEST(Crew, WaitsNoLongerWhenStopped) {
    const Crew crew(1);
    std::stop_source stop;
    auto waiting =
        std::async(std::launch::async, [&] { return crew.await_place(1, stop.get_token()); });
    stop.request_stop();
    EXPECT_FALSE(waiting.get());
}

TEST(Crew, MeasuresTheWholeByWhatEachGetsDone) {
    Work work;
    work.rows = 6'000;
    work.busy = seconds(3);
    EXPECT_DOUBLE_EQ(work.rows_per_second(1), 2'000);
    EXPECT_DOUBLE_EQ(work.rows_per_second(4), 8'000);
}

TEST(Crew, ForgetsWhatWasBegunUnderAnotherNumber) {
    Crew crew(1);
    const auto began = steady_clock::now();
    crew.finish(began, 10);
    EXPECT_EQ(crew.work().rows, 10U);
    crew.resize(2);
    EXPECT_EQ(crew.work().rows, 0U);
    crew.finish(began, 10);
    EXPECT_EQ(crew.work().ranges, 0U);
    crew.finish(steady_clock::now(), 7);
    EXPECT_EQ(crew.work().rows, 7U);
    EXPECT_EQ(crew.work().ranges, 1U);
}

}  // namespace
}  // namespace wisp::migrator
