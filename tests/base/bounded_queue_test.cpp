// SPDX-License-Identifier: Apache-2.0
#include "base/bounded_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

namespace wisp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kLong{20};

/// Long enough for a thread that does not block to have gone on.
void let_others_run() {
    std::this_thread::sleep_for(milliseconds(30));
}

TEST(BoundedQueue, GivesItemsBackInTheOrderTheyCame) {
    BoundedQueue<int> queue(100);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(queue.push(i, 10, {}));
    EXPECT_EQ(queue.size(), 3U);
    EXPECT_EQ(queue.bytes(), 30U);
    EXPECT_EQ(queue.pop({}, kLong), 0);
    EXPECT_EQ(queue.try_pop(), 1);
    EXPECT_EQ(queue.pop({}, kLong), 2);
    EXPECT_EQ(queue.try_pop(), std::nullopt);
    EXPECT_EQ(queue.bytes(), 0U);
}

TEST(BoundedQueue, TakesBytesUpToItsBoundAndNoMore) {
    BoundedQueue<int> queue(100);
    ASSERT_TRUE(queue.push(1, 60, {}));
    ASSERT_TRUE(queue.push(2, 40, {}));
    std::atomic<bool> pushed{false};
    std::jthread pusher([&](const std::stop_token& stop) { pushed = queue.push(3, 1, stop); });
    let_others_run();
    EXPECT_FALSE(pushed) << "one byte more than fits";
    EXPECT_EQ(queue.size(), 2U);
    EXPECT_EQ(queue.pop({}, kLong), 1);
    pusher.join();
    EXPECT_TRUE(pushed);
    EXPECT_EQ(queue.bytes(), 41U);
}

TEST(BoundedQueue, LetsAnItemLargerThanTheBoundInWhenEmpty) {
    BoundedQueue<int> queue(10);
    EXPECT_TRUE(queue.push(1, 1'000, {}));
    EXPECT_EQ(queue.bytes(), 1'000U);
    std::atomic<bool> pushed{false};
    std::jthread pusher([&](const std::stop_token& stop) { pushed = queue.push(2, 1'000, stop); });
    let_others_run();
    EXPECT_FALSE(pushed) << "a second one waits for the first";
    EXPECT_EQ(queue.pop({}, kLong), 1);
    pusher.join();
    EXPECT_TRUE(pushed);
}

TEST(BoundedQueue, StopsAPushThatWaitsForRoom) {
    BoundedQueue<int> queue(10);
    ASSERT_TRUE(queue.push(1, 10, {}));
    std::atomic<int> result{-1};
    std::jthread pusher([&](const std::stop_token& stop) { result = queue.push(2, 10, stop); });
    let_others_run();
    ASSERT_EQ(result, -1);
    pusher.request_stop();
    pusher.join();
    EXPECT_EQ(result, 0) << "the item was not taken";
    EXPECT_EQ(queue.size(), 1U);
}

TEST(BoundedQueue, StopsAPopThatWaitsForAnItem) {
    BoundedQueue<int> queue(10);
    std::optional<int> item = 7;
    const auto began = steady_clock::now();
    std::jthread popper([&](const std::stop_token& stop) { item = queue.pop(stop, kLong); });
    let_others_run();
    popper.request_stop();
    popper.join();
    EXPECT_EQ(item, std::nullopt);
    EXPECT_LT(steady_clock::now() - began, kLong / 2);
}

TEST(BoundedQueue, PopGivesUpAfterItsLimit) {
    BoundedQueue<int> queue(10);
    const auto began = steady_clock::now();
    EXPECT_EQ(queue.pop({}, milliseconds(20)), std::nullopt);
    EXPECT_GE(steady_clock::now() - began, milliseconds(20));
    EXPECT_EQ(queue.pop({}, milliseconds(0)), std::nullopt);
}

TEST(BoundedQueue, PopIsWokenByAnItem) {
    BoundedQueue<int> queue(10);
    std::jthread pusher([&](const std::stop_token& stop) {
        let_others_run();
        static_cast<void>(queue.push(5, 1, stop));
    });
    const auto began = steady_clock::now();
    EXPECT_EQ(queue.pop({}, kLong), 5);
    EXPECT_LT(steady_clock::now() - began, kLong / 2);
}

TEST(BoundedQueue, AClosedQueueTakesNothingButGivesWhatItHas) {
    BoundedQueue<int> queue(10);
    ASSERT_TRUE(queue.push(1, 1, {}));
    queue.close();
    EXPECT_FALSE(queue.push(2, 1, {}));
    EXPECT_EQ(queue.pop({}, kLong), 1);
    const auto began = steady_clock::now();
    EXPECT_EQ(queue.pop({}, kLong), std::nullopt);
    EXPECT_LT(steady_clock::now() - began, kLong / 2) << "closed and empty: no wait";
}

TEST(BoundedQueue, ClosingWakesWhoeverWaits) {
    BoundedQueue<int> queue(10);
    ASSERT_TRUE(queue.push(1, 10, {}));
    std::atomic<int> result{-1};
    std::jthread pusher([&](const std::stop_token& stop) { result = queue.push(2, 10, stop); });
    let_others_run();
    queue.close();
    pusher.join();
    EXPECT_EQ(result, 0);

    BoundedQueue<int> empty(10);
    const auto began = steady_clock::now();
    std::jthread closer([&] {
        let_others_run();
        empty.close();
    });
    EXPECT_EQ(empty.pop({}, kLong), std::nullopt);
    EXPECT_LT(steady_clock::now() - began, kLong / 2);
}

TEST(BoundedQueue, MovesItemsThatCannotBeCopied) {
    BoundedQueue<std::unique_ptr<int>> queue(10);
    ASSERT_TRUE(queue.push(std::make_unique<int>(4), 1, {}));
    const auto item = queue.try_pop();
    ASSERT_TRUE(item.has_value());
    EXPECT_EQ(**item, 4);
}

TEST(BoundedQueue, LosesAndDoublesNothingBetweenManyThreads) {
    constexpr int kThreads = 3;
    constexpr int kItems = 2'000;
    BoundedQueue<int> queue(50);
    std::vector<std::atomic<int>> seen(kThreads * kItems);
    {
        std::vector<std::jthread> poppers;
        for (int t = 0; t < kThreads; ++t) {
            poppers.emplace_back([&] {
                while (const auto item = queue.pop({}, kLong)) {
                    seen[static_cast<std::size_t>(*item)]++;
                }
            });
        }
        {
            std::vector<std::jthread> pushers;
            for (int t = 0; t < kThreads; ++t) {
                pushers.emplace_back([&queue, t] {
                    for (int i = 0; i < kItems; ++i) {
                        ASSERT_TRUE(
                            queue.push(t * kItems + i, static_cast<std::size_t>(i % 60), {}));
                    }
                });
            }
        }
        queue.close();
    }
    for (const auto& count : seen) ASSERT_EQ(count, 1);
    EXPECT_EQ(queue.bytes(), 0U);
}

}  // namespace
}  // namespace wisp
