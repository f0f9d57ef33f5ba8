// SPDX-License-Identifier: Apache-2.0
#include "sql/tokenizer.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace wisp::sql {
namespace {

/// Kinds as letters and texts: "w:select p:* …", easy to compare.
std::string shown(std::string_view sql, Backslash backslash = Backslash::kEscapes) {
    const auto tokens = tokenize(sql, backslash);
    if (!tokens) return "error: " + tokens.error();
    std::string out;
    for (const Token& token : *tokens) {
        if (!out.empty()) out += ' ';
        out += "wqds1p"[static_cast<std::size_t>(token.kind)];
        out += ':' + token.text;
    }
    return out;
}

struct Case {
    std::string_view sql;
    std::string_view expected;
};

TEST(Tokenizer, ReadsTokens) {
    constexpr auto kCases = std::to_array<Case>({
        {"", ""},
        {"ADD c INT", "w:ADD w:c w:INT"},
        {"a,b", "w:a p:, w:b"},
        {"`a``b`", "q:a`b"},
        {"`a b`.`c,d`", "q:a b p:. q:c,d"},
        {R"("a""b")", "d:a\"b"},
        {"'it''s'", "s:it's"},
        {R"('it\'s')", "s:it's"},
        {R"('\\')", "s:\\"},
        {R"('a\nb\%')", "s:a\nb%"},
        {"12 1.5 1e5 1.5e-3 0xFf 0b01", "1:12 1:1.5 1:1e5 1:1.5e-3 1:0xFf 1:0b01"},
        {"1st 0xyz 1ea", "w:1st w:0xyz w:1ea"},
        {"db.1e5", "w:db p:. 1:1e5"},
        {"a$b _c \xC3\xA9", "w:a$b w:_c w:\xC3\xA9"},
        {"a -- b\nc", "w:a w:c"},
        {"a --b", "w:a p:- p:- w:b"},
        {"a --", "w:a"},
        {"a # b ' `\nc", "w:a w:c"},
        {"a /* b ' */ c", "w:a w:c"},
        {"a /**/ c", "w:a w:c"},
        {"a /*!80013 b */ c", "w:a w:b w:c"},
        {"a /*!b*/ c", "w:a w:b w:c"},
        {"a /*M!100301 b*/ c", "w:a w:b w:c"},
        {"/*! a /* no */ b */ c", "w:a w:b w:c"},
        {"`a/*b*/`", "q:a/*b*/"},
        {"'-- x' y", "s:-- x w:y"},
    });
    for (const Case& c : kCases) EXPECT_EQ(shown(c.sql), c.expected) << c.sql;
}

TEST(Tokenizer, TakesBackslashesAsOrdinaryWhenAsked) {
    EXPECT_EQ(shown(R"('a\' b)", Backslash::kOrdinary), "s:a\\ w:b");
    EXPECT_TRUE(shown(R"('a\' b)").starts_with("error"));
}

TEST(Tokenizer, FailsOnWhatDoesNotEnd) {
    for (const std::string_view sql :
         {"'a", "`a", "\"a", "a /* b", "a /*! b", "a /*", "'a\\'", "'a''", "/*! a /* b */"}) {
        EXPECT_TRUE(shown(sql).starts_with("error: ")) << sql;
    }
}

TEST(Tokenizer, NeverReadsPastTheEndOfATruncatedText) {
    const std::string sql =
        "ALTER TABLE `a``b` ADD c VARCHAR(10) DEFAULT 'x\\'y' COMMENT \"z\", /*!80000 ADD d INT */ "
        "1.5e-3";
    for (std::size_t size = 0; size < sql.size(); ++size) {
        const std::string part = sql.substr(0, size);
        const auto tokens = tokenize(part);
        if (!tokens) continue;
        for (const Token& token : *tokens) EXPECT_LE(token.end, part.size());
    }
}

TEST(Tokenizer, MarksOffsetsAndVersionComments) {
    const auto tokens = tokenize("a /*!1 `b` */ c");
    ASSERT_TRUE(tokens);
    ASSERT_EQ(tokens->size(), 3U);
    EXPECT_EQ((*tokens)[1].begin, 7U);
    EXPECT_EQ((*tokens)[1].end, 10U);
    EXPECT_TRUE((*tokens)[1].versioned);
    EXPECT_FALSE((*tokens)[2].versioned);
}

}  // namespace
}  // namespace wisp::sql
