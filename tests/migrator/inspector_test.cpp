// SPDX-License-Identifier: Apache-2.0
#include "migrator/inspector.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wisp::migrator {
namespace {

using Members = std::vector<std::string>;

TEST(EnumMembers, AreReadFromTheType) {
    EXPECT_EQ(enum_members("enum('a','b')"), (Members{"a", "b"}));
    EXPECT_EQ(enum_members("set('one')"), (Members{"one"}));
    EXPECT_EQ(enum_members("ENUM('A','b')"), (Members{"A", "b"}));
}

TEST(EnumMembers, MayHoldQuotesCommasAndParentheses) {
    EXPECT_EQ(enum_members("enum('it''s','''','a,b','x)','(y')"),
              (Members{"it's", "'", "a,b", "x)", "(y"}));
    EXPECT_EQ(enum_members("enum('a'',''b')"), (Members{"a','b"})) << "one member";
}

TEST(EnumMembers, MayBeEmptyOrOfAnyCharacters) {
    EXPECT_EQ(enum_members("enum('','x')"), (Members{"", "x"}));
    EXPECT_EQ(enum_members("set('\xC3\xA9','\xE8\xA1\xA8')"),
              (Members{"\xC3\xA9", "\xE8\xA1\xA8"}));
}

TEST(EnumMembers, AreNoneForOtherTypes) {
    EXPECT_EQ(enum_members("int"), Members{});
    EXPECT_EQ(enum_members("varchar(20)"), Members{});
    EXPECT_EQ(enum_members(""), Members{});
}

}  // namespace
}  // namespace wisp::migrator
