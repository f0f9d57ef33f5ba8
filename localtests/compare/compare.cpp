// SPDX-License-Identifier: Apache-2.0
#include "localtests/compare/compare.h"

#include <algorithm>
#include <cctype>
#include <unordered_map>

namespace wisp::compare {

namespace {

constexpr std::size_t kReported = 20;  // differences told in full

bool same(const mysql::Row& a, const mysql::Row& b, std::size_t i) {
    return a.is_null(i) == b.is_null(i) && a[i] == b[i];
}

std::string hex(std::string_view bytes) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text = "0x";
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += kDigits[byte >> 4U];
        text += kDigits[byte & 15U];
    }
    return text;
}

std::string show(const mysql::Row& row, std::size_t i) {
    constexpr std::size_t kLongest = 60;
    if (row.is_null(i)) return "NULL";
    const std::string_view value = row[i];
    const std::string_view start = value.substr(0, kLongest);
    const bool printable =
        std::all_of(start.begin(), start.end(), [](char c) { return c >= ' ' && c <= '~'; });
    std::string text = printable ? "'" + std::string(start) + "'" : hex(start);
    if (value.size() > kLongest) text += "… (" + std::to_string(value.size()) + " bytes)";
    return text;
}

}  // namespace

Comparison::Comparison(Table& left, Table& right, std::set<std::string> ignored_columns)
    : left_(left), right_(right), ignored_(std::move(ignored_columns)) {}

void Comparison::note(std::string text) {
    if (outcome_.differences++ < kReported) outcome_.report.push_back(std::move(text));
}

void Comparison::definitions() {
    const auto left = left_.definition();
    const auto right = right_.definition();
    if (left == right) return;
    for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
        const std::string a = i < left.size() ? left[i] : "(no such line)";
        const std::string b = i < right.size() ? right[i] : "(no such line)";
        if (a != b)
            note("definition, line " + std::to_string(i + 1) + ":\n  < " + a + "\n  > " + b);
    }
}

bool Comparison::same_columns() {
    auto names = [](const Table& table) {
        std::vector<std::string> all;
        for (const Column& column : table.columns()) all.push_back(column.name);
        return all;
    };
    if (names(left_) == names(right_) && left_.key() == right_.key()) return true;
    note("the tables do not have the same columns or the same key: rows are not compared");
    return false;
}

void Comparison::rows(std::size_t piece_rows) {
    if (!same_columns()) return;
    for (const Piece& part : left_.pieces(piece_rows)) piece(part);
}

void Comparison::piece(const Piece& part) {
    const auto left = left_.rows(part);
    const auto right = right_.rows(part);
    outcome_.rows += left.size();
    // Several rows can have one key only where the key is all columns.
    std::unordered_multimap<std::string, const mysql::Row*> expected;
    expected.reserve(right.size());
    for (const auto& row : right) expected.emplace(key_of(row), &row);
    for (const auto& row : left) {
        const auto found = expected.find(key_of(row));
        if (found == expected.end()) {
            note("only <: " + show_key(row));
            continue;
        }
        compare_row(row, *found->second);
        expected.erase(found);
    }
    for (const auto& [key, row] : expected) note("only >: " + show_key(*row));
}

std::string Comparison::key_of(const mysql::Row& row) const {
    std::string key;
    for (const std::size_t i : left_.key()) {
        key += row.is_null(i) ? "-" : std::to_string(row[i].size()) + ":";
        key += row[i];
    }
    return key;
}

std::string Comparison::show_key(const mysql::Row& row) const {
    std::string text;
    for (const std::size_t i : left_.key()) {
        if (!text.empty()) text += ", ";
        text += left_.columns()[i].name + "=" + show(row, i);
    }
    return text;
}

void Comparison::compare_row(const mysql::Row& left, const mysql::Row& right) {
    std::string text;
    for (std::size_t i = 0; i < left.size(); ++i) {
        const std::string& name = left_.columns()[i].name;
        if (same(left, right, i) || ignored_.count(name) > 0) continue;
        text += "\n  " + name + ": < " + show(left, i) + "  > " + show(right, i);
    }
    if (!text.empty()) note("row " + show_key(left) + text);
}

}  // namespace wisp::compare
