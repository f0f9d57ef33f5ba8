// SPDX-License-Identifier: Apache-2.0
#include "sql/identifier.h"

#include <algorithm>
#include <cstdint>

namespace wisp::sql {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// The first `count` characters.
std::string_view first_characters(std::string_view utf8, std::size_t count) {
    std::size_t i = 0;
    for (; i < utf8.size(); ++i) {
        if (continues_character(utf8[i])) continue;
        if (count == 0) break;
        --count;
    }
    return utf8.substr(0, i);
}

/// Six hexadecimal digits of FNV-1a, 32 bits folded to 24.
std::string short_hash(std::string_view text) {
    std::uint32_t hash = 2166136261U;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    hash = (hash >> 24U) ^ (hash & 0xFFFFFFU);
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string digits;
    for (unsigned shift = 24; shift != 0; shift -= 4) digits += kDigits[hash >> (shift - 4) & 0xFU];
    return digits;
}

}  // namespace

std::string quote(std::string_view name) {
    std::string quoted = "`";
    for (const char c : name) {
        if (c == '`') quoted += '`';
        quoted += c;
    }
    quoted += '`';
    return quoted;
}

std::string quote(const TableName& name) {
    return quote(name.schema) + "." + quote(name.table);
}

std::string text_literal(std::string_view utf8) {
    std::string text = "'";
    for (const char c : utf8) {
        if (c == '\0') {
            text += "\\0";
            continue;
        }
        if (c == '\'' || c == '\\') text += c;
        text += c;
    }
    text += '\'';
    return text;
}

bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

std::size_t character_count(std::string_view utf8) {
    return static_cast<std::size_t>(
        std::count_if(utf8.begin(), utf8.end(), [](char c) { return !continues_character(c); }));
}

std::string derived_name(std::string_view base, std::string_view suffix) {
    std::string name = "_" + std::string(base) + std::string(suffix);
    if (character_count(name) <= kMaxNameCharacters) return name;
    const std::string hash = "_" + short_hash(base);
    const std::size_t taken = 1 + hash.size() + character_count(suffix);
    const std::size_t room = taken < kMaxNameCharacters ? kMaxNameCharacters - taken : 0;
    return "_" + std::string(first_characters(base, room)) + hash + std::string(suffix);
}

std::string ghost_name(std::string_view base) {
    return derived_name(base, "_gho");
}
std::string changelog_name(std::string_view base) {
    return derived_name(base, "_ghc");
}
std::string checkpoint_name(std::string_view base) {
    return derived_name(base, "_ghk");
}

std::string old_name(std::string_view base, std::string_view timestamp) {
    if (timestamp.empty()) return derived_name(base, "_del");
    return derived_name(base, "_" + std::string(timestamp) + "_del");
}

std::string drifted_name(std::string_view base) {
    return derived_name(base, "_drifted");
}

}  // namespace wisp::sql
