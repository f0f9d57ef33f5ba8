// SPDX-License-Identifier: Apache-2.0
#include "migrator/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/migrator/plans.h"

namespace wisp::migrator {
namespace {

using test::column;
using ::testing::HasSubstr;

Checkpoint sample() {
    Checkpoint checkpoint;
    checkpoint.plan = {"MODIFY v INT, COMMENT='a\nend 0\n\n'",
                       "CREATE TABLE `t` (\n  `id` int)",
                       "CREATE TABLE `_t_gho` (\n  `id` int)",
                       "`id` -> `id`: {}\n",
                       "PRIMARY `id`",
                       "3E11FA47-71CA-11E1-9E33-C80AA9429562"};
    checkpoint.bare_ghost = "CREATE TABLE `_t_gho` ()";
    checkpoint.deferred = {{"a_key", "KEY `a_key` (`a`)"}, {"\xC3\xA4", "KEY `\xC3\xA4` (`b`)"}};
    checkpoint.old_table = "_t\n5_del";
    checkpoint.reached = {{"binlog.000123", 5'000'000'000},
                          "0-1-77",
                          {{{}, {"7"}}, {{"9", "'2026-01-02 03:04:05.000001'"}, {}}},
                          12'345,
                          {{{}, {"3"}}},
                          77,
                          true,
                          false};
    return checkpoint;
}

void expect_same(const Checkpoint& a, const Checkpoint& b) {
    EXPECT_EQ(a.plan.alter, b.plan.alter);
    EXPECT_EQ(a.plan.source, b.plan.source);
    EXPECT_EQ(a.plan.ghost, b.plan.ghost);
    EXPECT_EQ(a.plan.columns, b.plan.columns);
    EXPECT_EQ(a.plan.key, b.plan.key);
    EXPECT_EQ(a.plan.server, b.plan.server);
    EXPECT_EQ(a.bare_ghost, b.bare_ghost);
    ASSERT_EQ(a.deferred.size(), b.deferred.size());
    for (std::size_t i = 0; i < a.deferred.size(); ++i) {
        EXPECT_EQ(a.deferred[i].name, b.deferred[i].name);
        EXPECT_EQ(a.deferred[i].definition, b.deferred[i].definition);
    }
    EXPECT_EQ(a.old_table, b.old_table);
    EXPECT_EQ(a.reached.position.file, b.reached.position.file);
    EXPECT_EQ(a.reached.position.offset, b.reached.position.offset);
    EXPECT_EQ(a.reached.gtid, b.reached.gtid);
    EXPECT_EQ(a.reached.finished, b.reached.finished);
    EXPECT_EQ(a.reached.rows, b.reached.rows);
    EXPECT_EQ(a.reached.verified, b.reached.verified);
    EXPECT_EQ(a.reached.rows_verified, b.reached.rows_verified);
    EXPECT_EQ(a.reached.no_older_xa, b.reached.no_older_xa);
    EXPECT_EQ(a.reached.swapped, b.reached.swapped);
}

void expect_round_trip(const Checkpoint& checkpoint) {
    const auto back = parse_checkpoint(to_text(checkpoint));
    ASSERT_TRUE(back) << back.error();
    expect_same(checkpoint, *back);
}

TEST(CheckpointText, ComesBackAsItWas) {
    expect_round_trip(sample());
    expect_round_trip({});
    auto swapped = sample();
    swapped.reached.swapped = true;
    swapped.reached.finished = {Span{}};
    expect_round_trip(swapped);
}

TEST(CheckpointText, KeepsBoundsOfEveryKind) {
    auto checkpoint = sample();
    const std::string bytes("\0\n\r\xFF\xFE 5\n", 8);
    checkpoint.reached.finished = {
        {{}, {"0x41"}},                                        // no number in hexadecimal
        {{"_utf8mb4 X'30783431'"}, {"_utf8mb4 X'30783432'"}},  // the strings "0x41", "0x42"
        {{"_binary X''"}, {"_binary X'00FF0A'"}},
        {{"-5", "_latin1 X'E4'", "'x 3'"}, {"6", "", "end 0"}},
        {{bytes}, {}},
    };
    expect_round_trip(checkpoint);
}

TEST(CheckpointText, KeepsBytesThatAreNoText) {
    auto checkpoint = sample();
    checkpoint.plan.alter = std::string("COMMENT='\xFF\0\x01'", 12);
    checkpoint.reached.position.file = "";
    expect_round_trip(checkpoint);
}

/// What does not fit is copied again.
TEST(CheckpointText, StaysSmallHoweverManyRangesAreFinished) {
    auto checkpoint = sample();
    checkpoint.reached.finished.clear();
    for (int i = 0; i < 10'000; ++i) {
        checkpoint.reached.finished.push_back(
            {{std::string(300, 'a') + std::to_string(2 * i)}, {std::to_string(2 * i + 1)}});
    }
    const auto text = to_text(checkpoint);
    EXPECT_LT(text.size(), 500'000U);
    const auto back = parse_checkpoint(text);
    ASSERT_TRUE(back) << back.error();
    ASSERT_GT(back->reached.finished.size(), 100U);
    for (std::size_t i = 0; i < back->reached.finished.size(); ++i) {
        ASSERT_EQ(back->reached.finished[i], checkpoint.reached.finished[i]);
    }
}

TEST(CheckpointText, CutOffAnywhereIsRefused) {
    const std::string text = to_text(sample());
    for (std::size_t size = 0; size < text.size(); ++size) {
        EXPECT_FALSE(parse_checkpoint(std::string_view(text).substr(0, size))) << size;
    }
}

TEST(CheckpointText, ThatSaysMoreIsRefused) {
    EXPECT_FALSE(parse_checkpoint(to_text(sample()) + "x"));
    EXPECT_FALSE(parse_checkpoint(to_text(sample()) + to_text(sample())));
}

TEST(CheckpointText, DamagedNumbersAreRefused) {
    const std::string text = to_text(sample());
    for (const char* number : {"5000000000", "12345"}) {
        std::string damaged = text;
        damaged[damaged.find(number)] = '-';
        EXPECT_FALSE(parse_checkpoint(damaged)) << number;
    }
    std::string huge = text;
    huge.replace(huge.find("finished 1\n2"), 12, "finished 1\n9");
    EXPECT_FALSE(parse_checkpoint(huge));
}

TEST(CheckpointText, OfAnotherFormatSaysWhatToDo) {
    std::string text = to_text(sample());
    text[text.find("checkpoint 3") + 11] = '4';
    const auto other = parse_checkpoint(text);
    ASSERT_FALSE(other);
    EXPECT_THAT(other.error(), HasSubstr("format 4"));
    EXPECT_THAT(other.error(), HasSubstr("the wisp that wrote it"));
}

TEST(Fingerprint, TellsKeyColumnsAndConversions) {
    const auto plan = test::same_plan({column("a", "int"), column("b", "varchar(9)")},
                                      {test::primary_key({"b", "a"})});
    const auto print = fingerprint(plan, "ENGINE=InnoDB", "me");
    EXPECT_EQ(print.alter, "ENGINE=InnoDB");
    EXPECT_EQ(print.server, "me");
    EXPECT_EQ(print.key, "PRIMARY `b` `a`");
    EXPECT_THAT(print.columns, HasSubstr("`a` -> `a`: {}\n"));
}

TEST(Nameless, LeavesTheNameOfTheTableOut) {
    EXPECT_EQ(nameless("CREATE TABLE `t` (\n", {"s", "t"}), " (\n");
    EXPECT_EQ(nameless("CREATE TABLE `o``( (\n", {"s", "o`("}), "CREATE TABLE `o``( (\n");
    EXPECT_EQ(nameless("CREATE TABLE `o``(` (\n", {"s", "o`("}), " (\n");
}

}  // namespace
}  // namespace wisp::migrator
