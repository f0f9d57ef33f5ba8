// SPDX-License-Identifier: Apache-2.0
#include "mysql/retry.h"

#include <gtest/gtest.h>

#include <thread>

namespace wisp::mysql {
namespace {

using std::chrono::milliseconds;

Error deadlock() {
    return {1213, "40001", "Deadlock found", "UPDATE"};
}
Error duplicate() {
    return {1062, "23000", "Duplicate entry", "INSERT"};
}

const RetryPolicy kQuick{
    .attempts = 3, .first_pause = milliseconds(0), .longest_pause = milliseconds(0)};

TEST(Retry, RunsAgainAfterADeadlock) {
    int runs = 0;
    const int value = retry(kQuick, {}, [&] {
        if (++runs < 3) throw deadlock();
        return 42;
    });
    EXPECT_EQ(value, 42);
    EXPECT_EQ(runs, 3);
}

TEST(Retry, GivesUpAfterTheLastAttempt) {
    int runs = 0;
    EXPECT_THROW(retry(kQuick, {},
                       [&] {
                           ++runs;
                           throw deadlock();
                       }),
                 Error);
    EXPECT_EQ(runs, 3);
}

TEST(Retry, LeavesOtherErrorsAlone) {
    int runs = 0;
    EXPECT_THROW(retry(kQuick, {},
                       [&] {
                           ++runs;
                           throw duplicate();
                       }),
                 Error);
    EXPECT_EQ(runs, 1);
}

TEST(Retry, EndsAPauseWhenStopped) {
    std::stop_source stop;
    const RetryPolicy slow{.attempts = 5,
                           .first_pause = std::chrono::hours(1),
                           .longest_pause = std::chrono::hours(1)};
    int runs = 0;
    std::jthread stopper([&stop] { stop.request_stop(); });
    EXPECT_THROW(retry(slow, stop.get_token(),
                       [&] {
                           ++runs;
                           throw deadlock();
                       }),
                 Error);
    EXPECT_EQ(runs, 1);
}

TEST(Backoff, DoublesWithJitterUpToItsLimit) {
    Backoff backoff(milliseconds(100), milliseconds(1000), 1);
    for (const int whole : {100, 200, 400, 800, 1000, 1000}) {
        const auto pause = backoff.next().count();
        EXPECT_GE(pause, whole / 2);
        EXPECT_LE(pause, whole);
    }
}

}  // namespace
}  // namespace wisp::mysql
