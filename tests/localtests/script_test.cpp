// SPDX-License-Identifier: Apache-2.0
#include "localtests/load/script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <stdexcept>

namespace wisp::load {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

TEST(LoadScript, HasABlockForEachTransaction) {
    const auto script = parse_script(
        "-- a comment: of no meaning\n"
        "-- session\n"
        "SET SESSION a = 1;\n"
        "---\n"
        "-- weight: 3\n"
        "-- mode: xa-mixed\n"
        "-- hold: 20\n"
        "INSERT INTO {T}\n"
        "VALUES (1, ';');\n"
        "DELETE FROM {T};\n"
        "---\n"
        "UPDATE {T} SET a = 1;\n");
    ASSERT_TRUE(script) << script.error();
    EXPECT_THAT(script->session, ElementsAre("SET SESSION a = 1"));
    ASSERT_EQ(script->blocks.size(), 2U);
    const Block& first = script->blocks[0];
    EXPECT_THAT(first.statements,
                ElementsAre("INSERT INTO {T}\nVALUES (1, ';')", "DELETE FROM {T}"));
    EXPECT_EQ(first.weight, 3U);
    EXPECT_EQ(first.ending, Ending::kXaMixed);
    EXPECT_EQ(first.hold, std::chrono::milliseconds(20));
    EXPECT_EQ(script->blocks[1].weight, 1U);
    EXPECT_EQ(script->blocks[1].ending, Ending::kCommit);
}

struct BadScript {
    const char* name;
    const char* text;
    const char* error;
};

void PrintTo(const BadScript& bad, std::ostream* out) {
    *out << bad.name;
}

class LoadScriptRefusal : public ::testing::TestWithParam<BadScript> {};

TEST_P(LoadScriptRefusal, SaysWhatIsWrong) {
    const auto script = parse_script(GetParam().text);
    ASSERT_FALSE(script);
    EXPECT_THAT(script.error(), HasSubstr(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    All, LoadScriptRefusal,
    ::testing::Values(BadScript{"Empty", "", "no transaction"},
                      BadScript{"OnlySession", "-- session\nSET a = 1;\n", "no transaction"},
                      BadScript{"NoEnd", "DELETE FROM {T}\n", "does not end"},
                      BadScript{"NoWeight", "-- weight: x\nDELETE FROM {T};\n", "weight"},
                      BadScript{"ZeroWeight", "-- weight: 0\nDELETE FROM {T};\n", "weight"},
                      BadScript{"Mode", "-- mode: perhaps\nDELETE FROM {T};\n", "mode"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(LoadPlaceholder, IsDrawnOnceIfItHasAName) {
    Random random(1);
    Values values;
    const std::string text = expand("{r:id:1:1000000} {id}", values, random);
    const auto space = text.find(' ');
    EXPECT_EQ(text.substr(0, space), text.substr(space + 1));
    EXPECT_EQ(expand("{id}", values, random), text.substr(0, space));
}

TEST(LoadPlaceholder, HasItsKinds) {
    Random random(2);
    Values values = {{"now", "17.5"}};
    EXPECT_THAT(expand("{r:-5:-5}|{s:4}|{x:3}|{p:a:b|a:b}|{now}", values, random),
                MatchesRegex("-5\\|[a-z]{4}\\|[0-9a-f]{3}\\|a:b\\|17.5"));
    EXPECT_EQ(expand("{p:|}", values, random), "");
}

TEST(LoadPlaceholder, IsTheSameForTheSameSeed) {
    Random one(3);
    Random two(3);
    Values values;
    EXPECT_EQ(expand("{r:1:100000000}{s:9}", values, one),
              expand("{r:1:100000000}{s:9}", values, two));
}

TEST(LoadPlaceholder, OfUnknownKindIsRefused) {
    Random random(4);
    Values values;
    for (const char* text : {"{id}", "{r:1}", "{r:9:1}", "{s:x}", "{q:1:2}", "{}"}) {
        EXPECT_THROW(static_cast<void>(expand(text, values, random)), std::runtime_error) << text;
    }
}

TEST(LoadStatement, IsAimedAtTableAndOracle) {
    Random random(5);
    Values values;
    const std::string statement =
        expand("INSERT INTO {T} VALUES ({auto}, {r:7:7})", values, random);
    EXPECT_EQ(aim(statement, "`t`", "NULL"), "INSERT INTO `t` VALUES (NULL, 7)");
    EXPECT_EQ(aim(statement, "`o`", "LAST_INSERT_ID()"),
              "INSERT INTO `o` VALUES (LAST_INSERT_ID(), 7)");
}

TEST(LoadScript, DrawsBlocksByWeight) {
    const auto script = parse_script("-- weight: 9\nA;\n---\nB;\n");
    ASSERT_TRUE(script);
    Random random(6);
    int often = 0;
    for (int i = 0; i < 1000; ++i) often += draw(*script, random).statements[0] == "A" ? 1 : 0;
    EXPECT_NEAR(often, 900, 50);
}

}  // namespace
}  // namespace wisp::load
