// SPDX-License-Identifier: Apache-2.0
#include "binlog/gtid_set.h"

#include <gtest/gtest.h>

#include <string>

namespace wisp::binlog {
namespace {

const std::string kUuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

GtidSet set_of(const std::string& text) {
    auto set = GtidSet::parse(text);
    EXPECT_TRUE(set) << text << ": " << set.error();
    return set ? *set : GtidSet{};
}

TEST(GtidSet, HoldsRangesOfOneServer) {
    const auto set = set_of(kUuid + ":1-3:7:10-11");
    for (const int number : {1, 3, 7, 10, 11})
        EXPECT_TRUE(set.contains(kUuid + ":" + std::to_string(number))) << number;
    for (const int number : {0, 4, 6, 8, 9, 12})
        EXPECT_FALSE(set.contains(kUuid + ":" + std::to_string(number))) << number;
    EXPECT_EQ(set.count(), 6U);
}

TEST(GtidSet, TellsServersAndTagsApart) {
    const std::string other = "00000000-0000-0000-0000-000000000001";
    const auto set = set_of(kUuid + ":5,\n" + other + ":blue:1-2");
    EXPECT_TRUE(set.contains(kUuid + ":5"));
    EXPECT_FALSE(set.contains(other + ":1"));
    EXPECT_TRUE(set.contains(other + ":blue:2"));
    EXPECT_FALSE(set.contains(kUuid + ":blue:5"));
}

TEST(GtidSet, HoldsDomainsOfMariadb) {
    const auto set = set_of("0-1-7,0-2-10..20");
    EXPECT_TRUE(set.contains("0-1-7"));
    EXPECT_FALSE(set.contains("0-1-8"));
    EXPECT_TRUE(set.contains("0-2-10"));
    EXPECT_TRUE(set.contains("0-2-20"));
    EXPECT_FALSE(set.contains("0-2-21"));
    EXPECT_FALSE(set.contains("1-2-15"));
    EXPECT_EQ(set.count(), 12U);
}

TEST(GtidSet, EmptyHoldsNothing) {
    EXPECT_TRUE(set_of("").empty());
    EXPECT_FALSE(set_of("").contains(kUuid + ":1"));
    EXPECT_FALSE(set_of(kUuid + ":1").contains(""));
}

TEST(GtidSet, RefusesWhatIsNoSet) {
    for (const std::string text : {"abc", "0-1", "0-1-x", "0-1-9..2", "3e11fa47:1"})
        EXPECT_FALSE(GtidSet::parse(text)) << text;
    EXPECT_FALSE(GtidSet::parse(kUuid + ":x"));
    EXPECT_FALSE(GtidSet::parse(kUuid + ":5-2"));
}

}  // namespace
}  // namespace wisp::binlog
