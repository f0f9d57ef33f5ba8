// SPDX-License-Identifier: Apache-2.0
#include "sql/literal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>

#include "sql/identifier.h"

namespace wisp::sql {
namespace {

bool one_of(std::string_view type, std::initializer_list<std::string_view> types) {
    return std::find(types.begin(), types.end(), type) != types.end();
}

bool is_number_type(std::string_view type) {
    return one_of(type, {"tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float",
                         "double", "bit", "year"});
}

bool is_temporal_type(std::string_view type) {
    return one_of(type, {"date", "time", "datetime", "timestamp"});
}

bool is_member_type(std::string_view type) {
    return type == "enum" || type == "set";
}

/// MariaDB's types that are stored as bytes and shown as text.
bool is_address_type(std::string_view type) {
    return one_of(type, {"uuid", "inet4", "inet6"});
}

bool starts_with(const std::vector<std::string>& list, const std::vector<std::string>& head) {
    return head.size() <= list.size() && std::equal(head.begin(), head.end(), list.begin());
}

/// Bytes that stand for themselves inside '…' whatever the connection's charset is.
bool plain(std::string_view bytes) {
    return std::all_of(bytes.begin(), bytes.end(),
                       [](char c) { return c >= 0x20 && c <= 0x7E && c != '\'' && c != '\\'; });
}

void append_hex(std::string& out, std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    out.reserve(out.size() + bytes.size() * 2 + 3);
    out += "X'";
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 0xFU];
    }
    out += '\'';
}

void append_number(std::string& out, auto number) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

/// b'0101' of the column's width: a number in numeric context, the same bytes as the column in
/// text.
void append_bits(std::string& out, std::uint64_t bits, unsigned width) {
    if (width == 0 || width > 64) return append_number(out, bits);
    out += "b'";
    for (unsigned i = width; i != 0; --i) out += (bits >> (i - 1) & 1U) != 0 ? '1' : '0';
    out += '\'';
}

/// Text of a member in the column's own charset.
void append_member(std::string& out, std::string_view utf8, const Column& source) {
    const bool utf8_column = source.charset.empty() || source.charset.starts_with("utf8");
    if (utf8_column || (plain(utf8) && ascii_compatible(source.charset))) {
        append_bytes(out, utf8, plain(utf8) && !utf8_column ? source.charset : "utf8mb4");
        return;
    }
    out += "CONVERT(";
    append_bytes(out, utf8, "utf8mb4");
    out += " USING " + source.charset + ")";
}

void append_members(std::string& out, std::uint64_t number, const Column& source) {
    std::string text;
    if (source.data_type == "enum") {
        if (number > source.members.size()) return append_number(out, number);
        if (number != 0) text = source.members[number - 1];  // 0 is the error value ''
    } else {
        for (std::size_t i = 0; i < source.members.size() && i < 64; ++i) {
            if ((number >> i & 1U) == 0) continue;
            if (!text.empty()) text += ',';
            text += source.members[i];
        }
    }
    append_member(out, text, source);
}

/// Digits before the point that ZEROFILL and YEAR show.
std::size_t shown_digits(const Column& source) {
    if (source.data_type == "year") return 4;
    if (source.data_type == "decimal") return source.precision - source.scale;
    const std::string& type = source.column_type;  // int(5) unsigned zerofill
    const std::size_t open = type.find('(');
    std::size_t width = 0;
    if (open != std::string::npos) {
        std::from_chars(type.data() + open + 1, type.data() + type.size(), width);
    }
    return width;
}

void append_zero_filled(std::string& out, std::string_view digits, const Column& source) {
    const std::size_t width = shown_digits(source);
    const std::size_t have = std::min(digits.find('.'), digits.size());
    out += "_utf8mb4'";
    if (have < width) out.append(width - have, '0');
    out.append(digits);
    out += '\'';
}

std::string cast_type(const Column& source) {
    const std::string digits =
        source.fraction_digits == 0 ? "" : "(" + std::to_string(source.fraction_digits) + ")";
    if (source.data_type == "date") return "DATE";
    if (source.data_type == "time") return "TIME" + digits;
    if (is_temporal_type(source.data_type)) return "DATETIME" + digits;
    return source.data_type;  // float, uuid, inet4, inet6
}

void append_integer(std::string& out, const Value& value, const Column& source,
                    const Conversion& conversion) {
    std::string digits;
    if (value.kind == Value::Kind::kSigned) {
        append_number(digits, value.integer);
    } else {
        append_number(digits, value.unsigned_integer);
    }
    if (conversion.number_as_text) return append_zero_filled(out, digits, source);
    out += digits;
}

void append_unsigned(std::string& out, const Value& value, const Column& source,
                     const Conversion& conversion) {
    if (source.data_type == "bit") {
        append_bits(out, value.unsigned_integer, source.precision);
    } else if (is_member_type(source.data_type) && conversion.members_as_text) {
        append_members(out, value.unsigned_integer, source);
    } else {
        append_integer(out, value, source, conversion);
    }
}

void append_text(std::string& out, const Value& value, const Column& source,
                 const Conversion& conversion) {
    if (source.data_type == "decimal") {
        if (conversion.number_as_text) return append_zero_filled(out, value.text, source);
        out += value.text;
        return;
    }
    if (!conversion.typed) {
        out += text_literal(value.text);
        return;
    }
    out += "CAST(" + text_literal(value.text) + " AS " + cast_type(source) + ")";
}

void append_real(std::string& out, const Value& value, const Conversion& conversion) {
    const bool cast = conversion.typed && value.kind == Value::Kind::kFloat;
    if (cast) out += "CAST(";
    append_double(out, value.real);
    if (cast) out += " AS FLOAT)";
}

void append_string(std::string& out, const Value& value, const Column& source) {
    if (source.data_type == "binary" && value.bytes.size() < source.max_bytes) {
        std::string padded(value.bytes);  // the row image leaves trailing zero bytes out
        padded.resize(source.max_bytes, '\0');
        return append_bytes(out, padded, source.charset);
    }
    append_bytes(out, value.bytes, source.charset);
}

}  // namespace

bool ascii_compatible(std::string_view charset) {
    return !one_of(charset, {"ucs2", "utf16", "utf16le", "utf32"});
}

bool is_text_type(std::string_view data_type) {
    return one_of(data_type, {"char", "varchar", "tinytext", "text", "mediumtext", "longtext"});
}

bool is_binary_type(std::string_view data_type) {
    return one_of(data_type, {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"});
}

void append_bytes(std::string& out, std::string_view bytes, std::string_view charset) {
    if (charset.empty()) charset = "binary";
    out += '_';
    out += charset;
    if (bytes.empty() || (ascii_compatible(charset) && plain(bytes))) {
        out += '\'';
        out += bytes;
        out += '\'';
        return;
    }
    out += ' ';
    append_hex(out, bytes);
}

void append_double(std::string& out, double value) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                   std::chars_format::scientific)
                         .ptr;
    // 1e+05 to 1e5: the sign and the zero that C requires are only bytes on the wire.
    const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
    const std::size_t exponent = text.find('e');
    out += text.substr(0, exponent + 1);
    if (text[exponent + 1] == '-') out += '-';
    const std::size_t first = std::min(text.find_first_not_of('0', exponent + 2), text.size() - 1);
    out += text.substr(first);
}

Conversion conversion_for(const Column& source, const Column& target) {
    const bool to_number = is_number_type(target.data_type);
    const bool to_text = is_text_type(target.data_type) || is_binary_type(target.data_type);
    Conversion conversion;
    if (is_member_type(source.data_type)) {
        const bool same_kind = source.data_type == target.data_type;
        conversion.members_as_text =
            same_kind ? !starts_with(target.members, source.members) : !to_number;
    }
    const bool zero_filled = source.column_type.find("zerofill") != std::string::npos;
    conversion.number_as_text =
        to_text && is_number_type(source.data_type) && (zero_filled || source.data_type == "year");
    conversion.typed =
        (is_temporal_type(source.data_type) && (to_number || target.data_type == "json")) ||
        (source.data_type == "float" && to_text) ||
        (is_address_type(source.data_type) && is_binary_type(target.data_type));
    return conversion;
}

void append_literal(std::string& out, const Value& value, const Column& source,
                    Conversion conversion) {
    switch (value.kind) {
        case Value::Kind::kNull:
            out += "NULL";
            break;
        case Value::Kind::kSigned:
            append_integer(out, value, source, conversion);
            break;
        case Value::Kind::kUnsigned:
            append_unsigned(out, value, source, conversion);
            break;
        case Value::Kind::kFloat:
        case Value::Kind::kDouble:
            append_real(out, value, conversion);
            break;
        case Value::Kind::kText:
            append_text(out, value, source, conversion);
            break;
        case Value::Kind::kBytes:
            append_string(out, value, source);
            break;
        case Value::Kind::kJson:
            out += value.text;
            break;
    }
}

std::string literal(const Value& value, const Column& source, Conversion conversion) {
    std::string out;
    append_literal(out, value, source, conversion);
    return out;
}

}  // namespace wisp::sql
