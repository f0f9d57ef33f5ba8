// SPDX-License-Identifier: Apache-2.0
#include "base/thread.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>

namespace wisp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr milliseconds kLong{20'000};

TEST(Thread, KeepsTheExceptionThatEndedItForTheJoiner) {
    Thread thread("failing", [](const std::stop_token&) { throw std::runtime_error("no disk"); });
    thread.join();
    try {
        thread.rethrow();
        FAIL() << "nothing thrown";
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "no disk");
    }
    EXPECT_NO_THROW(thread.rethrow()) << "it is handed over once";
}

TEST(Thread, RethrowsNothingAfterAGoodEnd) {
    bool failed = false;
    Thread thread(
        "good", [](const std::stop_token&) {}, [&] { failed = true; });
    thread.join();
    EXPECT_NO_THROW(thread.rethrow());
    EXPECT_FALSE(failed);
}

TEST(Thread, CallsOnFailureOnceOnItsOwnThread) {
    int calls = 0;
    std::thread::id by;
    std::thread::id body;
    Thread thread(
        "failing",
        [&](const std::stop_token&) {
            body = std::this_thread::get_id();
            throw 7;  // whatever it is
        },
        [&] {
            ++calls;
            by = std::this_thread::get_id();
        });
    thread.join();
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(by, body);
    EXPECT_NE(by, std::this_thread::get_id());
    EXPECT_THROW(thread.rethrow(), int);
}

TEST(Thread, OnFailureMaySetTheStopThatEndsTheOthers) {
    std::stop_source ending;
    std::atomic<bool> ended{false};
    Thread other("other",
                 [&](const std::stop_token&) { ended = !pause(ending.get_token(), kLong); });
    Thread thread(
        "failing", [](const std::stop_token&) { throw std::runtime_error("x"); },
        [&] { ending.request_stop(); });
    other.join();
    EXPECT_TRUE(ended);
}

TEST(Thread, DestructionStopsAndJoins) {
    const auto began = steady_clock::now();
    bool stopped = false;
    {
        const Thread thread("waiting",
                            [&](const std::stop_token& stop) { stopped = !pause(stop, kLong); });
    }
    EXPECT_TRUE(stopped);
    EXPECT_LT(steady_clock::now() - began, kLong / 2);
}

TEST(Thread, DropsTheExceptionOfAThreadThatNobodyAsks) {
    EXPECT_NO_THROW({
        const Thread thread("failing",
                            [](const std::stop_token&) { throw std::runtime_error("x"); });
    });
}

TEST(Thread, CanBeJoinedTwice) {
    Thread thread("short", [](const std::stop_token&) {});
    thread.join();
    EXPECT_NO_THROW(thread.join());
}

TEST(Thread, CarriesItsNameCutToWhatTheKernelTakes) {
    std::array<char, 16> name{};
    Thread thread("a name of more than fifteen", [&](const std::stop_token&) {
        pthread_getname_np(pthread_self(), name.data(), name.size());
    });
    thread.join();
    EXPECT_STREQ(name.data(), "a name of more ");
}

TEST(Pause, StandsStillForTheTimeGiven) {
    const auto began = steady_clock::now();
    EXPECT_TRUE(pause({}, milliseconds(20)));
    EXPECT_GE(steady_clock::now() - began, milliseconds(20));
}

TEST(Pause, EndsAtOnceWhenStopped) {
    std::stop_source stop;
    stop.request_stop();
    const auto began = steady_clock::now();
    EXPECT_FALSE(pause(stop.get_token(), kLong));
    EXPECT_LT(steady_clock::now() - began, kLong / 2);
}

}  // namespace
}  // namespace wisp
