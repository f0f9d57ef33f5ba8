// SPDX-License-Identifier: Apache-2.0
#include "migrator/names.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

std::vector<sql::TableName> made(const TableNames& names) {
    return {names.ghost, names.changelog, names.old, names.swap_ghost, names.swap_old};
}

std::string repeated(const std::string& character, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) text += character;
    return text;
}

/// MDL_key::cmp: bytes without sign, the shorter one first.
bool sorts_after(const std::string& name, const std::string& source) {
    return std::char_traits<char>::compare(name.data(), source.data(),
                                           std::min(name.size(), source.size())) > 0 ||
           (name.compare(0, source.size(), source) == 0 && name.size() > source.size());
}

void expect_usable(const std::string& source) {
    const auto names = table_names({"s", source}, "");
    std::set<std::string> distinct{source};
    for (const auto& name : made(names)) {
        EXPECT_EQ(name.schema, "s");
        EXPECT_LE(sql::character_count(name.table), sql::kMaxNameCharacters) << name.table;
        EXPECT_TRUE(distinct.insert(name.table).second)
            << source << " has two tables named " << name.table;
    }
    for (const auto& swap : {names.swap_ghost, names.swap_old}) {
        EXPECT_TRUE(sorts_after(swap.table, source)) << swap.table << " after " << source;
    }
}

TEST(Names, AnotherBaseLeavesTheSwapNamesBehindTheSource) {
    const auto names = table_names({"shop", "orders"}, "", "aaa");
    EXPECT_EQ(names.ghost.table, "_aaa_gho");
    EXPECT_EQ(names.changelog.table, "_aaa_ghc");
    EXPECT_EQ(names.old.table, "_aaa_del");
    EXPECT_TRUE(sorts_after(names.swap_ghost.table, "orders"));
    EXPECT_TRUE(sorts_after(names.swap_old.table, "orders"));
}

TEST(Names, AreGhostsNamesAroundTheSource) {
    const auto names = table_names({"shop", "orders"}, "");
    EXPECT_EQ(names.source, (sql::TableName{"shop", "orders"}));
    EXPECT_EQ(names.ghost, (sql::TableName{"shop", "_orders_gho"}));
    EXPECT_EQ(names.changelog, (sql::TableName{"shop", "_orders_ghc"}));
    EXPECT_EQ(names.old, (sql::TableName{"shop", "_orders_del"}));
}

TEST(Names, PutTheTimeIntoTheOldTableOnly) {
    const auto names = table_names({"shop", "orders"}, "20260102030405");
    EXPECT_EQ(names.old.table, "_orders_20260102030405_del");
    EXPECT_EQ(names.ghost.table, "_orders_gho");
    EXPECT_LE(sql::character_count(
                  table_names({"shop", std::string(64, 'x')}, "20260102030405").old.table),
              sql::kMaxNameCharacters);
}

TEST(Names, FitEveryLengthOfSourceName) {
    for (std::size_t length = 1; length <= 64; ++length) {
        expect_usable(repeated("t", length));
        expect_usable(repeated("\xC3\xA9", length));      // é, two bytes
        expect_usable(repeated("\xE8\xA1\xA8", length));  // 表, three bytes
    }
}

TEST(Names, SortAfterSourcesThatBeginWithTheHighestCharacters) {
    for (const char* first :
         {"~", "~~", "\x7F", "\xC2\x80", "\xEF\xBF\xA5", "\xEF\xBF\xA6", "\xEF\xBF\xBE"}) {
        for (const std::size_t length : {1U, 59U, 60U, 61U, 63U}) {
            expect_usable(first + std::string(length - sql::character_count(first) + 1, 'z'));
        }
    }
}

TEST(Names, SortAfterTheSourceForNamesOfAnyBytes) {
    std::minstd_rand random(20260107);
    const std::vector<std::string> characters{"a",
                                              "Z",
                                              "0",
                                              "_",
                                              "$",
                                              "~",
                                              " x",
                                              "`",
                                              "\xC3\xA9",
                                              "\xE8\xA1\xA8",
                                              "\xEF\xBF\xA5",
                                              "\xEF\xBF\xBD"};
    for (int i = 0; i < 5'000; ++i) {
        std::string source;
        const std::size_t length = 1 + random() % 64;
        while (sql::character_count(source) < length) {
            source += characters[random() % characters.size()];
        }
        if (sql::character_count(source) > 64) continue;
        expect_usable(source);
        if (HasFailure()) FAIL() << "source name " << source;
    }
}

TEST(Names, KeepLongNamesWithACommonBeginningApart) {
    std::set<std::string> all;
    for (int i = 0; i < 50; ++i) {
        const auto names =
            table_names({"s", std::string(60, 'c') + std::to_string(1000 + i)}, "20260102030405");
        for (const auto& name : made(names)) {
            EXPECT_TRUE(all.insert(name.table).second) << name.table;
        }
    }
}

TEST(Names, AreCutAtACharacterNotInsideOne) {
    const auto names = table_names({"s", repeated("\xE8\xA1\xA8", 64)}, "");
    for (const auto& name : made(names)) {
        // Every character of this source is three bytes long, the rest is ASCII.
        std::size_t multibyte = 0;
        for (const char c : name.table) multibyte += static_cast<unsigned char>(c) >= 0x80U;
        EXPECT_EQ(multibyte % 3, 0U) << name.table;
    }
}

}  // namespace
}  // namespace wisp::migrator
