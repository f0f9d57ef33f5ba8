// SPDX-License-Identifier: Apache-2.0
#include "throttle/board.h"

#include <gtest/gtest.h>

#include <chrono>

namespace wisp::throttle {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const SteadyTime kStart{seconds{1000}};

Board two_sources() {
    Board board;
    board.add("file", std::nullopt, kStart);
    board.add("lag", milliseconds{1000}, kStart);
    return board;
}

TEST(Board, HoldsTheCopyUntilEachSourceIsHeard) {
    Board board = two_sources();
    EXPECT_EQ(board.verdict().effect, Effect::kHoldCopy);
    EXPECT_TRUE(board.verdict().holds_writer(Writer::kCopy));
    EXPECT_FALSE(board.verdict().holds_writer(Writer::kApply));
    EXPECT_TRUE(board.record(0, {}, kStart).empty());
    EXPECT_EQ(board.verdict().leading()->source, "lag");
    EXPECT_TRUE(board.record(1, {}, kStart).empty());
    EXPECT_EQ(board.verdict().effect, Effect::kGo);
    EXPECT_EQ(board.verdict().leading(), nullptr);
}

TEST(Board, TellsBeginAndEndOnceEach) {
    Board board = two_sources();
    (void)board.record(1, {}, kStart);
    const auto begin = board.record(1, {Effect::kHoldCopy, "lag 2 s"}, kStart + seconds{1});
    ASSERT_EQ(begin.size(), 1U);
    EXPECT_EQ(begin[0].source, "lag");
    EXPECT_EQ(begin[0].after, Effect::kHoldCopy);
    EXPECT_TRUE(board.record(1, {Effect::kHoldCopy, "lag 3 s"}, kStart + seconds{2}).empty());
    const auto end = board.record(1, {}, kStart + seconds{5});
    ASSERT_EQ(end.size(), 1U);
    EXPECT_EQ(end[0].after, Effect::kGo);
    EXPECT_EQ(end[0].held, seconds{4});
    EXPECT_EQ(end[0].reason, "lag 3 s");
}

TEST(Board, KeepsSinceWhileTheReasonChanges) {
    Board board = two_sources();
    (void)board.record(0, {}, kStart);
    (void)board.record(1, {}, kStart);
    (void)board.record(1, {Effect::kHoldCopy, "lag 2 s"}, kStart + seconds{1});
    (void)board.record(1, {Effect::kHoldCopy, "lag 3 s"}, kStart + seconds{2});
    const Verdict verdict = board.verdict();
    ASSERT_EQ(verdict.holds.size(), 1U);
    EXPECT_EQ(verdict.holds[0].reason, "lag 3 s");
    EXPECT_EQ(verdict.holds[0].since, kStart + seconds{1});
    EXPECT_EQ(describe(verdict, kStart + seconds{13}), "lag: lag 3 s (for 12 s)");
}

TEST(Board, ShowsTheStrongestHoldFirst) {
    Board board = two_sources();
    (void)board.record(1, {Effect::kHoldCopy, "lag"}, kStart);
    (void)board.record(0, {Effect::kHoldAll, "exists"}, kStart + seconds{1});
    Verdict verdict = board.verdict();
    EXPECT_EQ(verdict.effect, Effect::kHoldAll);
    EXPECT_TRUE(verdict.holds_writer(Writer::kApply));
    ASSERT_EQ(verdict.holds.size(), 2U);
    EXPECT_EQ(verdict.leading()->source, "file");
    (void)board.record(1, {Effect::kAbort, "panic"}, kStart + seconds{2});
    verdict = board.verdict();
    EXPECT_TRUE(verdict.aborts());
    EXPECT_EQ(verdict.leading()->reason, "panic");
}

TEST(Board, TakesSilenceForAHold) {
    Board board = two_sources();
    (void)board.record(0, {}, kStart);
    (void)board.record(1, {}, kStart);
    EXPECT_TRUE(board.check_silence(kStart + milliseconds{1000}).empty());
    const auto changes = board.check_silence(kStart + milliseconds{1100});
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].reason, "no answer for 1.1 s");
    EXPECT_TRUE(board.check_silence(kStart + milliseconds{1200}).empty());
    EXPECT_EQ(board.verdict().leading()->reason, "no answer for 1.2 s");
    EXPECT_EQ(board.record(1, {}, kStart + milliseconds{1300}).size(), 1U);
    EXPECT_EQ(board.verdict().effect, Effect::kGo);
}

TEST(Board, LeavesTheReasonOfASilentSourceThatHeldAnyway) {
    Board board = two_sources();
    (void)board.record(0, {}, kStart);
    (void)board.record(1, {Effect::kHoldCopy, "lag 9 s"}, kStart);
    EXPECT_TRUE(board.check_silence(kStart + seconds{5}).empty());
    EXPECT_EQ(board.verdict().leading()->reason, "lag 9 s");
}

TEST(Board, TellsTheReasonOfASourceThatSpeaksAgainAndHolds) {
    Board board = two_sources();
    (void)board.record(0, {}, kStart);
    EXPECT_EQ(board.check_silence(kStart + seconds{2}).size(), 1U);
    const auto changes = board.record(1, {Effect::kHoldCopy, "lag 9 s"}, kStart + seconds{3});
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].reason, "lag 9 s");
    EXPECT_TRUE(board.record(1, {Effect::kHoldCopy, "lag 9 s"}, kStart + seconds{4}).empty());
}

TEST(Board, SaysWhenASourceNeverAnswered) {
    Board board = two_sources();
    (void)board.record(0, {}, kStart);
    EXPECT_EQ(board.check_silence(kStart + seconds{2}).size(), 1U);
    EXPECT_EQ(board.verdict().leading()->reason, "no answer for 2.0 s");
    EXPECT_EQ(board.record(1, {}, kStart + seconds{3}).size(), 1U);
}

}  // namespace
}  // namespace wisp::throttle
