// SPDX-License-Identifier: Apache-2.0
#include "throttle/load_limits.h"

#include <algorithm>
#include <charconv>

namespace wisp::throttle {
namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_variable_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    });
}

Expected<LoadLimit> parse_one(std::string_view text) {
    const std::string shown = "'" + std::string(text) + "'";
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) {
        return Unexpected("load limit " + shown + " has no '='; write e.g. Threads_running=25");
    }
    const std::string_view name = trimmed(text.substr(0, equals));
    if (!is_variable_name(name)) {
        return Unexpected("load limit " + shown +
                          " names no status variable; write e.g. Threads_running=25");
    }
    const std::string_view number = trimmed(text.substr(equals + 1));
    LoadLimit limit{std::string(name), 0};
    const char* const end = number.data() + number.size();
    const auto parsed = std::from_chars(number.data(), end, limit.limit);
    if (number.empty() || parsed.ec != std::errc{} || parsed.ptr != end) {
        return Unexpected("load limit " + shown +
                          " is not a whole number; write e.g. Threads_running=25");
    }
    return limit;
}

}  // namespace

Expected<LoadLimits> parse_load_limits(std::string_view text) {
    LoadLimits limits;
    if (trimmed(text).empty()) return limits;
    while (true) {
        const std::size_t comma = text.find(',');
        const auto limit = parse_one(trimmed(text.substr(0, comma)));
        if (!limit) return Unexpected(limit.error());
        const bool twice = std::any_of(limits.begin(), limits.end(), [&](const LoadLimit& other) {
            return other.variable == limit->variable;
        });
        if (twice) {
            return Unexpected("load limit for " + limit->variable + " is given twice; keep one");
        }
        limits.push_back(*limit);
        if (comma == std::string_view::npos) return limits;
        text.remove_prefix(comma + 1);
    }
}

std::string to_string(const LoadLimits& limits) {
    std::string text;
    for (const LoadLimit& limit : limits) {
        if (!text.empty()) text += ',';
        text += limit.variable + "=" + std::to_string(limit.limit);
    }
    return text;
}

}  // namespace wisp::throttle
