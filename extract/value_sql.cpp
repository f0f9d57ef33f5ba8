// SPDX-License-Identifier: Apache-2.0
#include "extract/value_sql.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "binlog/value_decoder.h"
#include "sql/literal.h"

namespace wisp::extract {

namespace {

using sql::Value;

void append_number(std::string& out, auto number) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

enum class Look : std::uint8_t {
    kPlain,    // printable ASCII that needs no escape
    kEscaped,  // printable with escapes
    kUtf8,     // with letters beyond ASCII, valid UTF-8
    kRaw,      // something that must be shown as hexadecimal digits
};

/// 0 plain, 1 wants an escape, 2 beyond ASCII, 3 not for terminals.
constexpr auto kClasses = [] {
    std::array<std::uint8_t, 256> classes{};
    for (std::size_t i = 0; i < classes.size(); ++i)
        classes[i] = i >= 0x80 ? 2 : i < 0x20 || i == 0x7f ? 3 : 0;
    for (const unsigned char c : {'\'', '\\', '\n', '\r', '\t'}) classes[c] = 1;
    return classes;
}();

std::uint8_t class_of(char c) {
    return kClasses[static_cast<unsigned char>(c)];
}

/// Bytes of the UTF-8 character that starts here; 0 if there is none. The servers' idea of utf8mb4:
/// no surrogates, nothing beyond U+10FFFF, no overlong forms.
std::size_t utf8_size(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
        return i < text.size() && byte(i) >= low && byte(i) <= high;
    };
    const unsigned lead = byte(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead <= 0xdf) return follows(1) ? 2 : 0;
    if ((lead & 0xf0U) == 0xe0) {
        const bool second = follows(1, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf);
        return second && follows(2) ? 3 : 0;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        const bool second = follows(1, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf);
        return second && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

bool valid_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t size = utf8_size(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

Look look_of(std::string_view text) {
    unsigned seen = 0;
    for (const char c : text) seen |= 1U << class_of(c);
    if ((seen & 8U) != 0) return Look::kRaw;
    if ((seen & 4U) != 0) return valid_utf8(text) ? Look::kUtf8 : Look::kRaw;
    return (seen & 2U) != 0 ? Look::kEscaped : Look::kPlain;
}

void append_quoted(std::string& out, std::string_view text, Look look) {
    out += '\'';
    if (look == Look::kPlain) {
        out += text;
    } else {
        for (const char c : text) {
            if (class_of(c) != 1) {
                out += c;
                continue;
            }
            out += '\\';
            out += c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\t' ? 't' : c;
        }
    }
    out += '\'';
}

/// _charset X'…'
void append_hex(std::string& out, std::string_view bytes, std::string_view charset) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    out += '_';
    out += charset;
    out += " X'";
    const std::size_t begin = out.size();
    out.resize(begin + 2 * bytes.size());
    char* digit = out.data() + begin;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        *digit++ = kDigits[byte >> 4U];
        *digit++ = kDigits[byte & 15U];
    }
    out += '\'';
}

std::string padded(std::string_view bytes, std::size_t width) {
    std::string full(bytes);
    full.resize(width, '\0');
    return full;
}

void append_binary(std::string& out, std::string_view bytes, const ColumnShape& column) {
    // Never as text: without a catalogue INET4, INET6 and UUID look like BINARY(n), and a quoted
    // text would be read as an address.
    if (column.width > 0) return append_hex(out, padded(bytes, column.width), "binary");
    const Look look = look_of(bytes);
    const bool ascii = look == Look::kPlain || look == Look::kEscaped;
    if (ascii) return append_quoted(out, bytes, look);
    append_hex(out, bytes, "binary");
}

/// The text in its character set.
void append_text(std::string& out, std::string_view bytes, const ColumnShape& column) {
    const Look look = bytes.empty() ? Look::kPlain : look_of(bytes);
    const bool utf8 = column.form == Form::kUtf8;
    const bool readable =
        utf8 ? look != Look::kRaw
             : column.form == Form::kText && (look == Look::kPlain || look == Look::kEscaped);
    if (readable || bytes.empty()) return append_quoted(out, bytes, look);
    append_hex(out, bytes, utf8 ? std::string_view("utf8mb4") : column.charset);
}

void append_bytes(std::string& out, std::string_view bytes, const ColumnShape& column) {
    switch (column.form) {
        case Form::kBinary:
            return append_binary(out, bytes, column);
        case Form::kUuid:
            return append_quoted(out, binlog::uuid_text(bytes), Look::kPlain);
        case Form::kInet4:
            return append_quoted(out, binlog::inet4_text(bytes), Look::kPlain);
        case Form::kInet6:
            return append_quoted(out, binlog::inet6_text(bytes), Look::kPlain);
        case Form::kUtf8:
        case Form::kText:
        case Form::kWideText:
            return append_text(out, bytes, column);
        default:
            return append_hex(out, bytes, "binary");
    }
}

/// Members are literals with their quotes; a SET's stand between one pair of them.
void append_set(std::string& out, std::uint64_t mask, const ColumnShape& column) {
    const std::size_t count = column.members.size();
    const bool known = count != 0 && (count >= 64 || mask >> count == 0);
    if (!known) return append_number(out, mask);
    out += '\'';
    bool first = true;
    for (std::size_t i = 0; i < count && i < 64; ++i) {
        if ((mask >> i & 1U) == 0) continue;
        if (!first) out += ',';
        first = false;
        out += std::string_view(column.members[i]).substr(1, column.members[i].size() - 2);
    }
    out += '\'';
}

void append_unsigned(std::string& out, std::uint64_t number, const ColumnShape& column) {
    if (column.form == Form::kSet) return append_set(out, number, column);
    const bool member =
        column.form == Form::kEnum && number >= 1 && number <= column.members.size();
    if (member)
        out += column.members[number - 1];
    else
        append_number(out, number);
}

}  // namespace

void append_value(std::string& out, const Value& value, const ColumnShape& column) {
    switch (value.kind) {
        case Value::Kind::kNull:
            out += "NULL";
            return;
        case Value::Kind::kSigned:
            return append_number(out, value.integer);
        case Value::Kind::kUnsigned:
            return append_unsigned(out, value.unsigned_integer, column);
        case Value::Kind::kFloat:
        case Value::Kind::kDouble:
            return sql::append_double(out, value.real);
        case Value::Kind::kText:
            if (column.decimal)
                out += value.text;
            else
                append_quoted(out, value.text, Look::kPlain);
            return;
        case Value::Kind::kBytes:
            return append_bytes(out, value.bytes, column);
        case Value::Kind::kJson:
            out += value.text;
            return;
    }
}

void append_key_match(std::string& out, const Value& value, const ColumnShape& column) {
    out += column.assignment;
    append_value(out, value, column);
}

void append_exact_match(std::string& out, const Value& value, const ColumnShape& column) {
    if (value.kind == Value::Kind::kNull) {
        out += column.name;
        out += " IS NULL";
        return;
    }
    const bool text = value.kind == Value::Kind::kBytes &&
                      (column.form == Form::kUtf8 || column.form == Form::kText ||
                       column.form == Form::kWideText);
    if (text) {
        // Collations take 'a', 'A' and 'a ' for equal; the row that is meant has these bytes.
        out += "CAST(" + column.name + " AS BINARY) <=> ";
        const Look look = look_of(value.bytes);
        const bool readable =
            column.form != Form::kWideText && (look == Look::kPlain || look == Look::kEscaped ||
                                               (look == Look::kUtf8 && column.form == Form::kUtf8));
        if (readable || value.bytes.empty()) return append_quoted(out, value.bytes, look);
        return append_hex(out, value.bytes, "binary");
    }
    if (column.form == Form::kOpaque) {
        out += "CAST(HEX(" + column.name + ") AS BINARY) <=> HEX(";
        append_value(out, value, column);
        out += ')';
        return;
    }
    out += column.name;
    out += " <=> ";
    append_value(out, value, column);
}

bool refused_by_strict(const Value& value, const ColumnShape& column) {
    return column.form == Form::kEnum && value.kind == Value::Kind::kUnsigned &&
           value.unsigned_integer == 0;
}

}  // namespace wisp::extract
