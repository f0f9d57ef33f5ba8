// SPDX-License-Identifier: Apache-2.0
#include "binlog/json_binary.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

#include <fmt/format.h>

#include "binlog/decimal.h"
#include "binlog/json_document.h"
#include "binlog/table_map.h"
#include "binlog/temporal.h"

namespace wisp::binlog {

namespace {

constexpr unsigned kMaxDepth =
    100;  // JSON_DOCUMENT_MAX_DEPTH, sql-common/json_syntax_check.h (9.x)
constexpr std::uint8_t kVarString = 253;

/// '…' with what the server's lexer would take apart escaped.
std::string quoted(std::string_view text) {
    std::string out = "_utf8mb4'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += '\\';
        if (c == '\0')
            out += "\\0";
        else
            out += c;
    }
    return out += '\'';
}

std::string hex_literal(Bytes bytes) {
    std::string out = "X'";
    for (const std::uint8_t byte : bytes) out += fmt::format("{:02X}", byte);
    return out += '\'';
}

void append_json_string(std::string_view text, std::string& out) {
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (static_cast<unsigned char>(c) < 0x20)
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
            out += c;
    }
    out += '"';
}

/// The shortest digits that read back as the same double, in a form that reads back as a double.
void append_double(double real, std::string& out) {
    std::array<char, 32> buffer{};
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), real);
    const std::string_view digits(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
    out += digits;
    if (digits.find_first_of(".e") == std::string_view::npos) out += ".0";
}

bool is_valid_utf8(Bytes bytes) {
    for (std::size_t i = 0; i < bytes.size();) {
        const unsigned lead = bytes[i];
        const std::size_t size = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
        if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || i + size > bytes.size()) return false;
        for (std::size_t k = 1; k < size; ++k)
            if ((bytes[i + k] & 0xc0U) != 0x80U) return false;
        i += size;
    }
    return true;
}

/// A value whose type only a column can have: JSON_TABLE makes one (MySQL 8.0.4). `value` is an
/// expression over its column c.
std::string through_column(std::string_view json, std::string_view type, std::string_view value) {
    return fmt::format(
        "(SELECT JSON_EXTRACT(JSON_ARRAY({}),'$[0]') FROM JSON_TABLE({},'$[0]' COLUMNS(c {} PATH "
        "'$')) AS j)",
        value, quoted(json), type);
}

class Writer {
  public:
    explicit Writer(Bytes document) : document_(document), expressions_left_(document.size() + 1) {}

    Expected<std::string> run();

  private:
    /// JSON text of a value; false: text cannot carry it, `out` holds rubbish.
    bool append_text(const JsonValue& value, unsigned depth, std::string& out);
    bool append_container_text(const JsonValue& value, unsigned depth, std::string& out);
    std::string expression(const JsonValue& value, unsigned depth);
    std::string container_expression(const JsonValue& value, unsigned depth);
    std::string opaque_expression(const JsonValue& value);
    static std::string decimal_expression(ByteReader& in);
    std::string blob_expression(const JsonValue& value);
    std::string bit_expression(Bytes bytes);

    JsonDocument document_;
    std::uint64_t expressions_left_;  // more than the document has bytes: it refers to itself
    std::string refusal_;
};

// The server reads integers up to 2^32 - 1 in text as signed and larger ones as unsigned
// (rapidjson's Uint and Uint64 events, sql-common/json_dom.cc, 9.7; seen with JSON_TYPE).
bool text_keeps(std::int64_t integer) {
    return integer <= std::numeric_limits<std::uint32_t>::max();
}
bool text_keeps(std::uint64_t integer) {
    return integer > std::numeric_limits<std::uint32_t>::max();
}

bool Writer::append_text(const JsonValue& value, unsigned depth, std::string& out) {
    switch (value.kind) {
        case JsonKind::kObject:
        case JsonKind::kArray:
            return append_container_text(value, depth, out);
        case JsonKind::kNull:
            out += "null";
            return true;
        case JsonKind::kTrue:
            out += "true";
            return true;
        case JsonKind::kFalse:
            out += "false";
            return true;
        case JsonKind::kSigned:
            out += std::to_string(value.integer);
            return text_keeps(value.integer);
        case JsonKind::kUnsigned:
            out += std::to_string(value.unsigned_integer);
            return text_keeps(value.unsigned_integer);
        case JsonKind::kDouble:
            if (!std::isfinite(value.real)) document_.fail();
            append_double(value.real, out);
            return true;
        case JsonKind::kString:
            append_json_string(value.text, out);
            return true;
        case JsonKind::kOpaque:
            return false;
    }
    return false;
}

bool Writer::append_container_text(const JsonValue& value, unsigned depth, std::string& out) {
    if (depth >= kMaxDepth) document_.fail();
    const bool object = value.kind == JsonKind::kObject;
    out += object ? '{' : '[';
    for (std::size_t i = 0; i < value.count && document_.ok(); ++i) {
        if (i > 0) out += ", ";
        if (object) {
            append_json_string(document_.key(value, i), out);
            out += ": ";
        }
        if (!append_text(document_.element(value, i), depth + 1, out)) return false;
    }
    out += object ? '}' : ']';
    return true;
}

/// Parts that text can carry stay text; so the expression nests only around what it cannot.
std::string Writer::expression(const JsonValue& value, unsigned depth) {
    if (expressions_left_ == 0) document_.fail();
    if (!document_.ok()) return {};
    --expressions_left_;
    document_.restart();
    if (std::string text; append_text(value, depth, text))
        return "CAST(" + quoted(text) + " AS JSON)";
    document_.restart();
    switch (value.kind) {
        case JsonKind::kSigned:
            return fmt::format("CAST({} AS SIGNED)", value.integer);
        case JsonKind::kUnsigned:
            return fmt::format("CAST({} AS UNSIGNED)", value.unsigned_integer);
        case JsonKind::kOpaque:
            return opaque_expression(value);
        default:
            return container_expression(value, depth);
    }
}

std::string Writer::container_expression(const JsonValue& value, unsigned depth) {
    const bool object = value.kind == JsonKind::kObject;
    std::string out = object ? "JSON_OBJECT(" : "JSON_ARRAY(";
    for (std::size_t i = 0; i < value.count && document_.ok() && refusal_.empty(); ++i) {
        if (i > 0) out += ',';
        if (object) out += quoted(document_.key(value, i)) + ',';
        out += expression(document_.element(value, i), depth + 1);
    }
    return out += ')';
}

// Payloads: sql-common/json_dom.cc Json_decimal::get_binary, Json_datetime::to_packed (9.x).
std::string Writer::opaque_expression(const JsonValue& value) {
    ByteReader in(value.bytes);
    std::string out;
    switch (value.opaque_type) {
        case kDecimal:
            out = decimal_expression(in);
            break;
        case kDate:
            out = fmt::format("CAST('{}' AS DATE)",
                              packed_date_text(static_cast<std::int64_t>(in.u64())));
            break;
        case kTimeOld:
            out = fmt::format("CAST('{}' AS TIME(6))",
                              packed_time_text(static_cast<std::int64_t>(in.u64())));
            break;
        case kDatetimeOld:
            out = fmt::format("CAST('{}' AS DATETIME(6))",
                              packed_datetime_text(static_cast<std::int64_t>(in.u64())));
            break;
        case kTimestampOld:
            out = through_column(
                fmt::format("[\"{}\"]", packed_datetime_text(static_cast<std::int64_t>(in.u64()))),
                "TIMESTAMP(6)", "c");
            break;
        case kBit:
            return bit_expression(value.bytes);
        default:
            return blob_expression(value);
    }
    if (!in.ok() || in.remaining() > 0) document_.fail();
    return out;
}

/// A DECIMAL in a document remembers a precision: of a literal its digits, of an expression the
/// whole part in full groups of nine, of a column the column's. (9.7, seen in the log.)
std::string Writer::decimal_expression(ByteReader& in) {
    constexpr unsigned kMostDigits = 65;
    const unsigned precision = in.u8();
    const unsigned scale = in.u8();
    const auto text = decimal_text(in, precision, scale);
    if (!in.ok()) return {};
    const std::string_view digits = std::string_view(text).substr(text[0] == '-' ? 1 : 0);
    const auto dot = std::min(digits.find('.'), digits.size());
    const std::string sign = text[0] == '-' ? "-" : "";
    if (precision == dot + scale && precision <= kMostDigits)
        return scale == 0 ? text + '.' : text;  // "7" alone would be an integer
    if (precision == scale && digits[0] == '0') return sign + std::string(digits.substr(1));
    if (precision == (dot + 8) / 9 * 9 + scale || precision > kMostDigits)
        return fmt::format("CAST('{}' AS DECIMAL({},{}))", text, std::min(precision, kMostDigits),
                           scale);
    return through_column("[\"" + text + "\"]", fmt::format("DECIMAL({},{})", precision, scale),
                          "c");
}

std::string Writer::bit_expression(Bytes bytes) {
    if (bytes.empty() || bytes.size() > 8) {
        document_.fail();
        return {};
    }
    const std::uint64_t number = ByteReader(bytes).be(bytes.size());
    return through_column(fmt::format("[{}]", number), fmt::format("BIT({})", bytes.size() * 8),
                          "c");
}

/// Binary strings remember the type of the column or expression they came from. Expressions have
/// VARCHAR (before 8.0 VAR_STRING) and, by the greatest length that they could have, MEDIUMBLOB and
/// LONGBLOB; BLOB comes of a column; TINYBLOB and BINARY are columns' own, and JSON_TABLE fills
/// such a column with text only.
std::string Writer::blob_expression(const JsonValue& value) {
    auto hex = hex_literal(value.bytes);
    switch (value.opaque_type) {
        case kVarchar:
        case kVarString:
            return hex;
        case kBlob:
            return through_column("[null]", "BLOB", "IFNULL(c," + hex + ")");
        case kMediumBlob:
            return "INSERT(REPEAT(X'00',65536),1,65536," + hex + ")";
        case kLongBlob:
            return "UNCOMPRESS(COMPRESS(" + hex + "))";
        default:
            break;
    }
    const bool column_type = value.opaque_type == kTinyBlob || value.opaque_type == kString;
    if (!column_type || !is_valid_utf8(value.bytes)) {
        refusal_ = fmt::format(
            "a JSON document holds a binary value of type {} that no SQL expression can make; "
            "rewrite that value as a plain string or as VARBINARY",
            value.opaque_type);
        return {};
    }
    std::string json = "[";
    append_json_string(as_text(value.bytes), json);
    json += ']';
    if (value.opaque_type == kTinyBlob) return through_column(json, "TINYBLOB", "c");
    return through_column(json, fmt::format("BINARY({})", value.bytes.size()), "c");
}

Expected<std::string> Writer::run() {
    const JsonValue root = document_.root();
    std::string out = expression(root, 0);
    const bool is_json = out.starts_with("CAST(_utf8mb4") || out.starts_with("JSON_");
    if (!is_json) out = "JSON_EXTRACT(JSON_ARRAY(" + out + "),'$[0]')";
    if (!document_.ok()) return Unexpected(std::string("a binary JSON document is malformed"));
    if (!refusal_.empty()) return Unexpected(refusal_);
    return out;
}

}  // namespace

Expected<std::string> json_expression(Bytes document) {
    return Writer(document).run();
}

}  // namespace wisp::binlog
