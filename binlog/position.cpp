// SPDX-License-Identifier: Apache-2.0
#include "binlog/position.h"

#include <algorithm>
#include <string_view>

namespace wisp::binlog {

namespace {

/// Digits that end the name, without leading zeros: "binlog.000120" -> "120".
std::string_view file_number(std::string_view file) {
    const auto last = file.find_last_not_of("0123456789");
    const auto digits = last == std::string_view::npos ? file : file.substr(last + 1);
    const auto first = digits.find_first_not_of('0');
    return first == std::string_view::npos ? std::string_view{} : digits.substr(first);
}

}  // namespace

std::string Position::text() const {
    return file + ":" + std::to_string(offset);
}

std::strong_ordering operator<=>(const Position& a, const Position& b) {
    const auto left = file_number(a.file);
    const auto right = file_number(b.file);
    if (const auto order = left.size() <=> right.size(); std::is_neq(order)) return order;
    if (const auto order = left <=> right; std::is_neq(order)) return order;
    return a.offset <=> b.offset;
}

bool operator==(const Position& a, const Position& b) {
    return std::is_eq(a <=> b);
}

}  // namespace wisp::binlog
