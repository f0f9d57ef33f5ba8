// SPDX-License-Identifier: Apache-2.0
#include "base/guarded.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace wisp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kLong{20};

TEST(Guarded, HandsTheValueToReadersAndWriters) {
    Guarded<std::string> text("a");
    EXPECT_EQ(text.write([](std::string& t) { return (t += "b").size(); }), 2U);
    EXPECT_EQ(text.read([](const std::string& t) { return t; }), "ab");
    EXPECT_EQ(text.copy(), "ab");
}

TEST(Guarded, StartsWithTheDefaultValue) {
    EXPECT_EQ(Guarded<int>().copy(), 0);
}

TEST(Guarded, KeepsWritersApart) {
    Guarded<int> number(0);
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 5'000; ++i) number.write([](int& n) { n = n + 1; });
            });
        }
    }
    EXPECT_EQ(number.copy(), 20'000);
}

TEST(Guarded, AWriteWakesAllWhoWait) {
    Guarded<int> number(0);
    std::vector<std::jthread> waiters;
    std::atomic<int> woken{0};
    for (int t = 0; t < 3; ++t) {
        waiters.emplace_back([&](const std::stop_token& stop) {
            if (number.wait(stop, [](int n) { return n == 2; })) ++woken;
        });
    }
    number.write([](int& n) { n = 1; });
    std::this_thread::sleep_for(milliseconds(20));
    EXPECT_EQ(woken, 0) << "the condition does not hold yet";
    number.write([](int& n) { n = 2; });
    for (auto& waiter : waiters) waiter.join();
    EXPECT_EQ(woken, 3);
}

TEST(Guarded, AWriteThatThrowsWakesWaitersAndFreesTheLock) {
    Guarded<int> number(0);
    std::atomic<bool> held{false};
    std::jthread waiter([&](const std::stop_token& stop) {
        held = number.wait(stop, [](int n) { return n == 1; });
    });
    std::this_thread::sleep_for(milliseconds(20));
    EXPECT_THROW(number.write([](int& n) {
        n = 1;
        throw std::runtime_error("after the change");
    }),
                 std::runtime_error);
    waiter.join();
    EXPECT_TRUE(held);
    EXPECT_EQ(number.copy(), 1);
}

TEST(Guarded, AStopEndsAWait) {
    Guarded<int> number(0);
    std::atomic<int> result{-1};
    std::jthread waiter([&](const std::stop_token& stop) {
        result = number.wait(stop, [](int n) { return n == 1; });
    });
    std::this_thread::sleep_for(milliseconds(20));
    ASSERT_EQ(result, -1);
    waiter.request_stop();
    waiter.join();
    EXPECT_EQ(result, 0);
}

TEST(Guarded, AConditionThatHoldsIsTrueEvenWhenStopped) {
    const Guarded<int> number(1);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_TRUE(number.wait(stop.get_token(), [](int n) { return n == 1; }));
    EXPECT_TRUE(number.wait_for(stop.get_token(), kLong, [](int n) { return n == 1; }));
}

TEST(Guarded, AWaitWithALimitEndsWithoutTheConditionAsFalse) {
    const Guarded<int> number(0);
    const auto began = steady_clock::now();
    EXPECT_FALSE(number.wait_for({}, milliseconds(20), [](int n) { return n == 1; }));
    EXPECT_GE(steady_clock::now() - began, milliseconds(20));
}

TEST(Guarded, AWaitWithALimitEndsAtOnceWhenStopped) {
    const Guarded<int> number(0);
    std::stop_source stop;
    stop.request_stop();
    const auto began = steady_clock::now();
    EXPECT_FALSE(number.wait_for(stop.get_token(), kLong, [](int n) { return n == 1; }));
    EXPECT_LT(steady_clock::now() - began, kLong / 2);
}

}  // namespace
}  // namespace wisp
