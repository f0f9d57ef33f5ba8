// SPDX-License-Identifier: Apache-2.0
#include "throttle/knob_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "throttle/disk.h"

namespace wisp::throttle {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Good {
    const char* name;
    const char* text;
    const char* shown;
    const char* off;  // the text of the default
};

class EachKnob : public ::testing::TestWithParam<Good> {};

TEST_P(EachKnob, IsSetAndShownAsText) {
    const auto& [name, text, shown, off] = GetParam();
    const auto knobs = std::make_shared<Guarded<Knobs>>();
    EXPECT_EQ(knob_text(knobs->copy(), name), off);
    const auto set = set_knob(knobs, name, text);
    ASSERT_TRUE(set) << set.error();
    EXPECT_EQ(knob_text(knobs->copy(), name), shown);
    const auto again = set_knob(knobs, name, *knob_text(knobs->copy(), name));
    ASSERT_TRUE(again) << again.error();
    EXPECT_EQ(knob_text(knobs->copy(), name), shown);
}

const Good kGood[] = {
    {"max-lag-millis", "2500", "2500", "1500"},
    {"throttle-control-replicas", "r1,r2:3307", "r1:3306,r2:3307", ""},
    {"throttle-replicas", "auto", "auto", "off"},
    {"max-load", "Threads_running=25", "Threads_running=25", ""},
    {"critical-load", "a=1,b=2", "a=1,b=2", ""},
    {"critical-load-interval-millis", "700", "700", "0"},
    {"critical-load-hibernate-seconds", "60", "60", "0"},
    {"max-commit-latency-millis", "50", "50", "0"},
    {"min-free-disk", "20g", "20G", "0"},
    {"throttle-query", "SELECT 1", "SELECT 1", ""},
    {"throttle-http", "http://freno:8111/check", "http://freno:8111/check", ""},
    {"throttle-http-interval-millis", "250", "250", "100"},
    {"throttle-http-timeout-millis", "3000", "3000", "1000"},
    {"ignore-http-errors", "true", "true", "false"},
    {"nice-ratio", "0.25", "0.25", "0"},
    {"throttle-flag-file", "/a", "/a", ""},
    {"throttle-additional-flag-file", "/b", "/b", ""},
    {"panic-flag-file", "/c", "/c", ""},
};

INSTANTIATE_TEST_SUITE_P(, EachKnob, ::testing::ValuesIn(kGood), [](const auto& tested) {
    std::string name = tested.param.name;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
});

TEST(KnobTable, HasATestForEachRow) {
    std::vector<std::string> tested;
    for (const Good& good : kGood) tested.emplace_back(good.name);
    EXPECT_EQ(knob_names(), tested);
}

TEST(KnobTable, RefusesByNameAndChangesNothing) {
    const std::pair<const char*, const char*> cases[] = {
        {"max-lag-millis", "99"},
        {"max-lag-millis", ""},
        {"max-lag-millis", "1.5"},
        {"nice-ratio", "101"},
        {"nice-ratio", "nan"},
        {"nice-ratio", "-1"},
        {"max-load", "Threads_running"},
        {"throttle-control-replicas", "r1:0"},
        {"throttle-control-replicas", "r1,,r2"},
        {"throttle-replicas", "all"},
        {"throttle-http", "freno:8111"},
        {"throttle-http", "file:///etc/passwd"},
        {"throttle-http-timeout-millis", "0"},
        {"ignore-http-errors", "yes"},
        {"min-free-disk", "20X"},
        {"min-free-disk", "99999999T"},
    };
    for (const auto& [name, text] : cases) {
        Knobs knobs;
        const auto before = knob_text(knobs, name);
        const auto set = set_knob(knobs, name, text);
        ASSERT_FALSE(set) << name << "=" << text;
        EXPECT_THAT(set.error(), StartsWith(std::string(name) + ": ")) << text;
        EXPECT_EQ(knob_text(knobs, name), before);
    }
    Knobs knobs;
    EXPECT_THAT(set_knob(knobs, "chunk-size", "1").error(), HasSubstr("nothing that can be set"));
    EXPECT_EQ(knob_text(knobs, "chunk-size"), std::nullopt);
}

TEST(Bytes, AreReadAndWritten) {
    EXPECT_EQ(parse_bytes("0"), 0U);
    EXPECT_EQ(parse_bytes("1023"), 1023U);
    EXPECT_EQ(parse_bytes("4k"), 4096U);
    EXPECT_EQ(parse_bytes("3T"), 3ULL << 40);
    EXPECT_EQ(bytes_text(1536), "1536");
    EXPECT_EQ(bytes_text(2048), "2K");
    for (const char* text : {"", "G", "1GB", "-1", "1.5G", " 1"}) {
        EXPECT_FALSE(parse_bytes(text)) << text;
    }
}

}  // namespace
}  // namespace wisp::throttle
