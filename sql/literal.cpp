// SPDX-License-Identifier: Apache-2.0
#include "sql/literal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <optional>

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

/// '…' with backslash escapes (MySQL 8.4 manual, "String Literals"); the session must not have
/// NO_BACKSLASH_ESCAPES. The server's lexer goes by utf8mb4, in which every byte of a character
/// beyond ASCII is above 0x7F: no byte that matters here can be swallowed by one.
void append_escaped(std::string& out, std::string_view bytes) {
    out.reserve(out.size() + bytes.size() + bytes.size() / 32 + 2);
    out += '\'';
    for (const char c : bytes) {
        switch (c) {
            case '\0':
                out += "\\0";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\x1A':
                out += "\\Z";
                break;
            case '\'':
            case '\\':
                out += '\\';
                [[fallthrough]];
            default:
                out += c;
        }
    }
    out += '\'';
}

void append_number(std::string& out, auto number) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

/// 1.5e7, with so many digits after the point, or as many as the exact value needs.
void append_scientific(std::string& out, double value, std::optional<int> digits) {
    std::array<char, 32> buffer{};
    char* const begin = buffer.data();
    char* const limit = begin + buffer.size();
    constexpr auto kForm = std::chars_format::scientific;
    const char* const end = digits ? std::to_chars(begin, limit, value, kForm, *digits).ptr
                                   : std::to_chars(begin, limit, value, kForm).ptr;
    // 1e+05 to 1e5: the sign and the zero that C requires are only bytes on the wire.
    const std::string_view text(begin, static_cast<std::size_t>(end - begin));
    const std::size_t exponent = text.find('e');
    out += text.substr(0, exponent + 1);
    if (text[exponent + 1] == '-') out += '-';
    out += text.substr(std::min(text.find_first_not_of('0', exponent + 2), text.size() - 1));
}

/// b'0101' of the column's width: the bytes that the column is as text.
void append_bits(std::string& out, std::uint64_t bits, unsigned width) {
    out += "b'";
    for (unsigned i = std::clamp(width, 1U, 64U); i != 0; --i) {
        out += (bits >> (i - 1) & 1U) != 0 ? '1' : '0';
    }
    out += '\'';
}

/// The n of a type's "(n" or ",n", e.g. of int(5) or float(7,3); nullopt if there is none.
std::optional<std::size_t> type_argument(const std::string& column_type, char before) {
    const std::size_t at = column_type.find(before);
    if (at == std::string::npos) return std::nullopt;
    std::size_t number = 0;
    std::from_chars(column_type.data() + at + 1, column_type.data() + column_type.size(), number);
    return number;
}

/// A number with the zeros in front that a SELECT of the column shows.
void append_shown(std::string& out, std::string_view digits, const Column& source) {
    std::size_t width = 0;
    if (source.data_type == "year") {
        width = 4;
    } else if (source.column_type.find("zerofill") == std::string::npos) {
        width = 0;
    } else if (source.data_type == "decimal") {
        width = source.precision - source.scale;
    } else {
        width = type_argument(source.column_type, '(').value_or(0);
    }
    const std::size_t have = std::min(digits.find('.'), digits.size());
    out += '\'';
    if (have < width) out.append(width - have, '0');
    out.append(digits);
    out += '\'';
}

/// FLOAT is shown with six digits, FLOAT(m,d) and DOUBLE(m,d) with d decimals, DOUBLE in full. No
/// cast does the first: the servers print CAST(… AS FLOAT) in full.
void append_shown_real(std::string& out, const Value& value, const Column& source) {
    const auto decimals = type_argument(source.column_type, ',');
    if (!decimals && value.kind == Value::Kind::kFloat)
        return append_scientific(out, value.real, 5);
    if (!decimals) return append_double(out, value.real);
    out += "CAST(";
    append_double(out, value.real);
    out += " AS DECIMAL(65," + std::to_string(*decimals) + "))";
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

/// The value with its own type, for a target of another family.
std::string typed_text(const std::string& text, const Column& source) {
    const std::string quoted = text_literal(text);
    const std::string digits =
        source.fraction_digits == 0 ? "" : "(" + std::to_string(source.fraction_digits) + ")";
    if (source.data_type == "date") return "CAST(" + quoted + " AS DATE)";
    if (source.data_type == "time") return "CAST(" + quoted + " AS TIME" + digits + ")";
    if (is_temporal_type(source.data_type)) return "CAST(" + quoted + " AS DATETIME" + digits + ")";
    // MariaDB copies the 16 or 4 bytes; CAST(… AS UUID) would be text again.
    if (source.data_type == "uuid") return "UNHEX(REPLACE(" + quoted + ", '-', ''))";
    return "INET6_ATON(" + quoted + ")";  // INET4 and INET6
}

void append_unsigned(std::string& out, const Value& value, const Column& source,
                     const Conversion& conversion) {
    if (is_member_type(source.data_type) && conversion.members_as_text) {
        append_members(out, value.unsigned_integer, source);
    } else if (conversion.as_shown && source.data_type == "bit") {
        append_bits(out, value.unsigned_integer, source.precision);
    } else if (conversion.as_shown) {
        append_shown(out, std::to_string(value.unsigned_integer), source);
    } else {
        append_number(out, value.unsigned_integer);
    }
}

void append_text(std::string& out, const Value& value, const Column& source,
                 const Conversion& conversion) {
    if (source.data_type == "decimal" && conversion.as_shown) {
        append_shown(out, value.text, source);
    } else if (source.data_type == "decimal") {
        out += value.text;
    } else {
        out += conversion.typed ? typed_text(value.text, source) : text_literal(value.text);
    }
}

/// Bytes of a type of fixed width, whose trailing zero bytes the row image leaves out; 0 for
/// others.
std::size_t fixed_width(const Column& source) {
    if (source.data_type == "binary") return source.max_bytes;
    if (source.data_type == "inet4") return 4;
    return is_address_type(source.data_type) ? 16 : 0;
}

void append_string(std::string& out, const Value& value, const Column& source) {
    const std::size_t width = fixed_width(source);
    if (value.bytes.size() < width) {
        std::string padded(value.bytes);
        padded.resize(width, '\0');
        return append_bytes(out, padded, source.charset);
    }
    append_bytes(out, value.bytes, source.charset);
}

}  // namespace

bool ascii_compatible(std::string_view charset) {
    return !one_of(charset, {"ucs2", "utf16", "utf16le", "utf32", "swe7"});
}

bool is_integer_type(std::string_view data_type) {
    return one_of(data_type, {"tinyint", "smallint", "mediumint", "int", "bigint"});
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
    // Hexadecimal is proof against every reader, but a large value must not become twice its size:
    // a row that the source could hold would go over max_allowed_packet.
    constexpr std::size_t kLarge = 64UL << 10U;
    if (bytes.size() >= kLarge && ascii_compatible(charset)) return append_escaped(out, bytes);
    out += ' ';
    append_hex(out, bytes);
}

void append_double(std::string& out, double value) {
    append_scientific(out, value, std::nullopt);
}

Conversion conversion_for(const Column& source, const Column& target) {
    const bool to_number = is_number_type(target.data_type);
    Conversion conversion;
    if (is_member_type(source.data_type)) {
        const bool same_kind = source.data_type == target.data_type;
        conversion.members_as_text =
            same_kind ? !starts_with(target.members, source.members) : !to_number;
    }
    const bool binary = is_binary_type(target.data_type);
    const bool large = one_of(target.data_type, {"tinytext", "text", "mediumtext", "longtext",
                                                 "tinyblob", "blob", "mediumblob", "longblob"});
    conversion.as_shown = large && is_number_type(source.data_type);
    // A text with a time in it is a time for TIME, a text with a date only is none.
    const bool date_to_time = source.data_type == "date" && target.data_type == "time";
    conversion.typed =
        (is_temporal_type(source.data_type) && (to_number || target.data_type == "json")) ||
        date_to_time || (is_address_type(source.data_type) && binary);
    return conversion;
}

bool refused_by_strict(const Value& value, const Column& source) {
    return value.kind == Value::Kind::kUnsigned && value.unsigned_integer == 0 &&
           source.data_type == "enum";
}

void append_literal(std::string& out, const Value& value, const Column& source,
                    Conversion conversion) {
    switch (value.kind) {
        case Value::Kind::kNull:
            out += "NULL";
            break;
        case Value::Kind::kSigned:
            if (conversion.as_shown) {
                append_shown(out, std::to_string(value.integer), source);
            } else {
                append_number(out, value.integer);
            }
            break;
        case Value::Kind::kUnsigned:
            append_unsigned(out, value, source, conversion);
            break;
        case Value::Kind::kFloat:
        case Value::Kind::kDouble:
            if (conversion.as_shown) {
                append_shown_real(out, value, source);
            } else {
                append_double(out, value.real);
            }
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
