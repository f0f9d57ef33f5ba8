// SPDX-License-Identifier: Apache-2.0
#include "sql/identifier.h"

#include <gtest/gtest.h>

#include <string>

namespace wisp::sql {
namespace {

TEST(Identifier, QuotesNamesAndDoublesBackticks) {
    EXPECT_EQ(quote("t"), "`t`");
    EXPECT_EQ(quote("a`b"), "`a``b`");
    EXPECT_EQ(quote(TableName{"my db", "my.t"}), "`my db`.`my.t`");
}

TEST(Identifier, EscapesTextLiterals) {
    EXPECT_EQ(text_literal(""), "''");
    EXPECT_EQ(text_literal("it's"), "'it''s'");
    EXPECT_EQ(text_literal("a\\b"), "'a\\\\b'");
    EXPECT_EQ(text_literal(std::string_view("a\0b", 3)), "'a\\0b'");
}

TEST(Identifier, ComparesNamesWithoutAsciiCase) {
    EXPECT_TRUE(same_name("ID", "id"));
    EXPECT_FALSE(same_name("id", "ids"));
    EXPECT_FALSE(same_name("\xC3\x89", "\xC3\xA9"));
}

TEST(Identifier, DerivesTheUsualNames) {
    EXPECT_EQ(ghost_name("t"), "_t_gho");
    EXPECT_EQ(changelog_name("t"), "_t_ghc");
    EXPECT_EQ(checkpoint_name("t"), "_t_ghk");
    EXPECT_EQ(old_name("t"), "_t_del");
    EXPECT_EQ(drifted_name("t"), "_t_drifted");
    EXPECT_EQ(old_name("t", "20260102030405"), "_t_20260102030405_del");
}

TEST(Identifier, KeepsANameThatJustFits) {
    const std::string base(59, 'x');
    EXPECT_EQ(ghost_name(base), "_" + base + "_gho");
    EXPECT_EQ(ghost_name(base).size(), 64U);
}

TEST(Identifier, CutsLongNamesWithoutLettingThemCollide) {
    const std::string common(60, 'x');
    const std::string a = ghost_name(common + "a");
    const std::string b = ghost_name(common + "b");
    EXPECT_EQ(a.size(), 64U);
    EXPECT_NE(a, b);
    EXPECT_TRUE(a.starts_with("_xxx"));
    EXPECT_TRUE(a.ends_with("_gho"));
    EXPECT_EQ(old_name(common + "a", "20260102030405").size(), 64U);
}

TEST(Identifier, CountsCharactersNotBytes) {
    std::string base;
    for (int i = 0; i < 59; ++i) base += "\xC3\xA9";
    EXPECT_EQ(ghost_name(base), "_" + base + "_gho");
    const std::string cut = ghost_name(base + "\xC3\xA9");
    EXPECT_EQ(character_count(cut), 64U);
    // 1 + 52 two-byte characters + "_" and six digits + "_gho": no character cut in half.
    EXPECT_EQ(cut.size(), 1U + 52 * 2 + 7 + 4);
}

TEST(TableDef, FindsColumnsWithoutCase) {
    Table table;
    table.columns.resize(2);
    table.columns[0].name = "id";
    table.columns[1].name = "Name";
    EXPECT_EQ(table.column_index("NAME"), 1U);
    EXPECT_EQ(table.find_column("name"), &table.columns[1]);
    EXPECT_EQ(table.find_column("nam"), nullptr);
}

TEST(TableDef, ReadsMembersAsTheCatalogueWritesThem) {
    using Strings = std::vector<std::string>;
    EXPECT_EQ(members_of("enum('a','it''s','')"), (Strings{"a", "it's", ""}));
    EXPECT_EQ(members_of(R"(set('a\\b','c\nd'))"), (Strings{"a\\b", "c\nd"}));
    EXPECT_EQ(members_of("varchar(10)"), Strings{});
    EXPECT_EQ(members_of("enum('a"), Strings{});
}

}  // namespace
}  // namespace wisp::sql
