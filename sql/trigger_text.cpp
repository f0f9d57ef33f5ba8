// SPDX-License-Identifier: Apache-2.0
#include "sql/trigger_text.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

#include "sql/tokenizer.h"

namespace wisp::sql {
namespace {

constexpr std::string_view kRow = "ROW";

/// Where the next word ROW, or a part of a word, ends; npos if there is none.
std::size_t end_of_next_row(std::string_view text, std::size_t from) {
    const auto same = [](char a, char b) {
        return std::toupper(static_cast<unsigned char>(a)) == b;
    };
    const auto* const found =
        std::search(text.data() + from, text.data() + text.size(), kRow.begin(), kRow.end(), same);
    if (found == text.data() + text.size()) return std::string_view::npos;
    return static_cast<std::size_t>(found - text.data()) + kRow.size();
}

/// "BEFORE INSERT ON [schema.]table FOR EACH ROW" at the end of the tokens: where it begins.
std::optional<std::size_t> event_at(const std::vector<Token>& tokens) {
    const std::size_t n = tokens.size();
    const bool row =
        n >= 3 && tokens[n - 3].is("FOR") && tokens[n - 2].is("EACH") && tokens[n - 1].is("ROW");
    if (!row) return std::nullopt;
    for (const std::size_t name : {std::size_t{1}, std::size_t{3}}) {
        const std::size_t length = 3 + name + 3;  // timing event ON … FOR EACH ROW
        if (n < length) continue;
        const Token* const at = &tokens[n - length];
        const bool timing = at[0].is("BEFORE") || at[0].is("AFTER");
        const bool event = at[1].is("INSERT") || at[1].is("UPDATE") || at[1].is("DELETE");
        if (timing && event && at[2].is("ON")) return n - length;
    }
    return std::nullopt;
}

}  // namespace

Expected<TriggerText> split_create_trigger(std::string_view create) {
    // Only as far as FOR EACH ROW: behind it a byte may be half a character and look like a quote.
    for (std::size_t end = end_of_next_row(create, 0); end != std::string_view::npos;
         end = end_of_next_row(create, end)) {
        const auto tokens = tokenize(create.substr(0, end));
        if (!tokens) continue;  // it stands within a quoted name or a comment
        const auto event = event_at(*tokens);
        if (!event) continue;
        const auto word = std::find_if(tokens->begin(), tokens->end(),
                                       [](const Token& token) { return token.is("TRIGGER"); });
        if (word == tokens->end()) break;
        return TriggerText{std::string(create.substr(0, word->end)), (*tokens)[*event].text,
                           (*tokens)[*event + 1].text, std::string(create.substr(end))};
    }
    return Unexpected(std::string("it is no trigger on one event of a table's rows"));
}

std::string suffixed_trigger(std::string_view name, std::string_view suffix, bool remove) {
    if (remove && name.size() > suffix.size() && name.ends_with(suffix)) {
        return std::string(name.substr(0, name.size() - suffix.size()));
    }
    return std::string(name) + std::string(suffix);
}

}  // namespace wisp::sql
