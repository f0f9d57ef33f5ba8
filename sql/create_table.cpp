// SPDX-License-Identifier: Apache-2.0
#include "sql/create_table.h"

#include <algorithm>
#include <span>

#include "sql/tokenizer.h"

namespace wisp::sql {
namespace {

using Tokens = std::span<const Token>;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const auto begin = text.find_first_not_of(kSpace);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

bool has_word(Tokens tokens, std::string_view word) {
    return std::any_of(tokens.begin(), tokens.end(), [&](const Token& t) { return t.is(word); });
}

/// The servers quote every name in SHOW CREATE TABLE, so an unquoted first word is a keyword.
void classify(Definition& definition, Tokens tokens) {
    const auto second = [&](std::size_t at) {
        return at < tokens.size() ? tokens[at].text : std::string();
    };
    const Token& first = tokens.front();
    if (first.kind == Token::Kind::kQuotedName) {
        definition.kind = DefinitionKind::kColumn;
        definition.name = first.text;
    } else if (first.is("PRIMARY")) {
        definition.kind = DefinitionKind::kPrimaryKey;
        definition.name = "PRIMARY";
    } else if (first.is("KEY")) {
        definition.kind = DefinitionKind::kKey;
        definition.name = second(1);
    } else if (tokens.size() > 2 && tokens[1].is("KEY") && !first.is("FOREIGN")) {
        definition.kind = first.is("UNIQUE")     ? DefinitionKind::kUniqueKey
                          : first.is("FULLTEXT") ? DefinitionKind::kFulltextKey
                                                 : DefinitionKind::kOtherKey;
        definition.name = second(2);
    } else if (has_word(tokens, "FOREIGN")) {
        definition.kind = DefinitionKind::kForeignKey;
    }
}

/// Where the parentheses around the definitions open and close; equal: there are none.
std::pair<std::size_t, std::size_t> parentheses(Tokens tokens) {
    std::size_t open = 0;
    int depth = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (tokens[i].is('(') && depth++ == 0) open = i;
        if (tokens[i].is(')') && --depth == 0) return {open, i};
    }
    return {0, 0};
}

}  // namespace

Expected<std::vector<Definition>> split_create_table(std::string_view create) {
    const auto all = tokenize(create);
    if (!all) return Unexpected("SHOW CREATE TABLE cannot be read: " + all.error());
    const Tokens tokens(*all);
    const auto [open, close] = parentheses(tokens);
    if (close == open) return Unexpected("SHOW CREATE TABLE shows no definitions");
    std::vector<Definition> definitions;
    std::size_t begin = open + 1;
    int depth = 0;
    for (std::size_t i = open + 1; i <= close; ++i) {
        if (tokens[i].is('(')) ++depth;
        if (i < close && tokens[i].is(')')) --depth;
        if (i < close && (depth != 0 || !tokens[i].is(','))) continue;
        if (i == begin) return Unexpected("SHOW CREATE TABLE has an empty definition");
        Definition definition;
        // From the comma before: the opening of a version comment is no token.
        const std::size_t from = tokens[begin - 1].end;
        definition.text = trimmed(create.substr(from, tokens[i].begin - from));
        classify(definition, tokens.subspan(begin, i - begin));
        definitions.push_back(std::move(definition));
        begin = i + 1;
    }
    return definitions;
}

std::string without_counter(std::string_view create) {
    std::string text(create);
    const auto all = tokenize(create);
    if (!all) return text;
    const Tokens tokens(*all);
    for (std::size_t i = parentheses(tokens).second; i + 2 < tokens.size(); ++i) {
        if (!tokens[i].is("AUTO_INCREMENT") || !tokens[i + 1].is('=')) continue;
        const std::size_t from = tokens[i - 1].end;
        text.erase(from, tokens[i + 2].end - from);
        break;
    }
    return text;
}

}  // namespace wisp::sql
