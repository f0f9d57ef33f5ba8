// SPDX-License-Identifier: Apache-2.0
#include "migrator/verify/key_name.h"

#include <fmt/format.h>

#include "mysql/result.h"
#include "sql/literal.h"

namespace wisp::migrator {
namespace {

void append(std::string& name, std::string_view part) {
    fmt::format_to(std::back_inserter(name), "{}:{}", part.size(), part);
}

bool is_number(const sql::Column& column) {
    const std::string& type = column.data_type;
    return sql::is_integer_type(type) || type == "year" || type == "bit" || type == "enum" ||
           type == "set";
}

bool is_bytes(const sql::Column& column) {
    return sql::is_text_type(column.data_type) || sql::is_binary_type(column.data_type);
}

bool is_shown_alike(const sql::Column& column) {
    const std::string& type = column.data_type;
    return type == "date" || type == "time" || type == "datetime" || type == "timestamp";
}

/// Padding may be logged or not.
std::string_view without_padding(std::string_view bytes) {
    const auto end = bytes.find_last_not_of(std::string_view(" \0", 2));
    return end == std::string_view::npos ? std::string_view() : bytes.substr(0, end + 1);
}

/// ZEROFILL is shown, not logged; a wider type shows more zeros behind the point.
std::string_view without_zeros(std::string_view text) {
    const auto digit = text.find_first_not_of('0');
    return digit == std::string_view::npos ? "0" : text.substr(digit);
}

std::string_view without_fraction_zeros(std::string_view text) {
    if (text.find('.') == std::string_view::npos) return text;
    text = text.substr(0, text.find_last_not_of('0') + 1);
    return text.back() == '.' ? text.substr(0, text.size() - 1) : text;
}

/// A decimal without sign and padding: 5 and -5 share a name.
std::string_view bare_number(std::string_view text) {
    if (!text.empty() && text.front() == '-') text.remove_prefix(1);
    return without_zeros(without_fraction_zeros(text));
}

std::string from_hex(std::string_view hex) {
    const auto digit = [](char c) {
        return static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    };
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes += static_cast<char>(digit(hex[i]) << 4U | digit(hex[i + 1]));
    }
    return bytes;
}

/// A key that changes its charset or collation has other bytes on the other side.
bool same_bytes_on_both_sides(const MappedColumn& column) {
    return column.source.charset == column.ghost.charset;
}

void append_value(std::string& name, const MappedColumn& column, const sql::Value& value) {
    using enum sql::Value::Kind;
    if (is_number(column.source)) {
        append(name, value.kind == kSigned ? std::to_string(value.integer)
                                           : std::to_string(value.unsigned_integer));
    } else if (is_bytes(column.source)) {
        if (same_bytes_on_both_sides(column)) append(name, without_padding(value.bytes));
    } else if (column.source.data_type == "decimal") {
        append(name, bare_number(value.text));
    } else if (is_shown_alike(column.source)) {
        append(name, without_fraction_zeros(value.text));
    }
}

void append_text(std::string& name, const MappedColumn& column, std::string_view text) {
    if (is_number(column.source)) {
        append(name, without_zeros(without_fraction_zeros(text)));
    } else if (is_bytes(column.source)) {
        if (same_bytes_on_both_sides(column)) append(name, without_padding(from_hex(text)));
    } else if (column.source.data_type == "decimal") {
        append(name, bare_number(text));
    } else if (is_shown_alike(column.source)) {
        append(name, without_fraction_zeros(text));
    }
}

}  // namespace

std::string key_name(const Plan& plan, const binlog::DecodedRow& row) {
    std::string name;
    for (const auto i : plan.key.columns) {
        append_value(name, plan.columns[i], row.values[plan.columns[i].source_index]);
    }
    return name;
}

std::string key_name(const Plan& plan, const mysql::Row& row) {
    std::string name;
    for (std::size_t i = 0; i < plan.key.columns.size(); ++i) {
        append_text(name, plan.columns[plan.key.columns[i]], row[i]);
    }
    return name;
}

}  // namespace wisp::migrator
