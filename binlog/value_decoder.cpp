// SPDX-License-Identifier: Apache-2.0
// MySQL: sql/log_event.cc log_event_print_value and sql/field.cc Field_*::pack (9.x); MariaDB:
// sql/log_event_client.cc log_event_print_value and sql/field.cc Field_*::pack (10.11).
#include "binlog/value_decoder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "binlog/byte_reader.h"
#include "binlog/decimal.h"
#include "binlog/gtid.h"
#include "binlog/json_binary.h"
#include "binlog/json_diff.h"
#include "binlog/temporal.h"
#include "binlog/unpack.h"

namespace wisp::binlog {

namespace {

using sql::Value;

struct Context {
    const LoggedColumn& column;
    ColumnHint hint;
    bool is_unsigned;
    DecodedRow& row;
};

void set_unsigned(Value& value, std::uint64_t number) {
    value.kind = Value::Kind::kUnsigned;
    value.unsigned_integer = number;
}

void set_signed(Value& value, std::int64_t number) {
    value.kind = Value::Kind::kSigned;
    value.integer = number;
}

void set_text(Value& value, std::string_view text) {
    value.kind = Value::Kind::kText;
    value.text.assign(text);  // keeps the memory of the row before
}

void set_bytes(Value& value, std::string_view bytes) {
    value.kind = Value::Kind::kBytes;
    value.bytes = bytes;
}

/// Little-endian two's complement of 1, 2, 3, 4 or 8 bytes.
void decode_integer(ByteReader& in, std::size_t size, bool is_unsigned, Value& value) {
    const std::uint64_t raw = in.le(size);
    if (is_unsigned) return set_unsigned(value, raw);
    const auto spare = static_cast<unsigned>(64 - 8 * size);
    set_signed(value, static_cast<std::int64_t>(raw << spare) >> spare);
}

void decode_float(ByteReader& in, Value& value) {
    value.kind = Value::Kind::kFloat;
    value.real = static_cast<double>(std::bit_cast<float>(in.u32()));
}

void decode_double(ByteReader& in, Value& value) {
    value.kind = Value::Kind::kDouble;
    value.real = std::bit_cast<double>(in.u64());
}

/// One byte: years since 1900, 0 is the year 0000.
void decode_year(ByteReader& in, Value& value) {
    const std::uint8_t stored = in.u8();
    set_signed(value, stored == 0 ? 0 : 1900 + stored);
}

/// Most significant byte first, the odd bits in the first byte.
void decode_bit(ByteReader& in, unsigned bits, Value& value) {
    set_unsigned(value, in.be((bits + 7) / 8));
}

/// CHAR, BINARY, VARCHAR, VARBINARY: length in one byte, or in two if the column can hold more than
/// 255 bytes. CHAR comes without trailing spaces, BINARY without trailing zero bytes.
void decode_string(ByteReader& in, unsigned most_bytes, Value& value) {
    set_bytes(value, in.text(in.le(most_bytes > 255 ? 2 : 1)));
}

/// BLOB, TEXT, GEOMETRY, VECTOR: a length of 1 to 4 bytes, then the bytes.
void decode_blob(ByteReader& in, unsigned length_bytes, Value& value) {
    set_bytes(value, in.text(in.le(length_bytes)));
}

Expected<void> decode_json(ByteReader& in, unsigned length_bytes, Value& value) {
    auto expression = json_expression(in.take(in.le(length_bytes)));
    if (!expression) return Unexpected(std::move(expression.error()));
    value.kind = Value::Kind::kJson;
    value.text = std::move(*expression);
    return {};
}

/// MariaDB COMPRESSED columns.
Expected<void> decode_compressed(ByteReader& in, std::size_t length_bytes, const Context& context,
                                 Value& value) {
    const std::uint64_t limit = (std::uint64_t{1} << 8 * length_bytes) - 1;
    auto plain = inflate_column(in.take(in.le(length_bytes)), limit);
    if (!plain) return Unexpected(std::move(plain.error()));
    set_bytes(value, context.row.unpacked.emplace_back(std::move(*plain)));
    return {};
}

Expected<void> decode_value(ByteReader& in, const Context& context, Value& value) {
    const auto& column = context.column;
    const unsigned meta = column.meta;
    const unsigned old_digits = context.hint.fraction_digits_of_old_type;
    switch (column.type) {
        case kTiny:
            decode_integer(in, 1, context.is_unsigned, value);
            break;
        case kShort:
            decode_integer(in, 2, context.is_unsigned, value);
            break;
        case kInt24:
            decode_integer(in, 3, context.is_unsigned, value);
            break;
        case kLong:
            decode_integer(in, 4, context.is_unsigned, value);
            break;
        case kLongLong:
            decode_integer(in, 8, context.is_unsigned, value);
            break;
        case kFloat:
            decode_float(in, value);
            break;
        case kDouble:
            decode_double(in, value);
            break;
        case kYear:
            decode_year(in, value);
            break;
        case kBit:
            decode_bit(in, meta, value);
            break;
        case kDecimal:
            set_text(value, decimal_digits(in, meta >> 8U, meta & 0xffU));
            break;
        case kDate:
        case kNewDate:
            set_text(value, date_text(in));
            break;
        case kTime:
            set_text(value, time_text(in, meta));
            break;
        case kDatetime:
            set_text(value, datetime_text(in, meta));
            break;
        case kTimestamp:
            set_text(value, timestamp_text(in, meta));
            break;
        case kTimeOld:
            set_text(value, old_time_text(in, old_digits));
            break;
        case kDatetimeOld:
            set_text(value, old_datetime_text(in, old_digits));
            break;
        case kTimestampOld:
            set_text(value, old_timestamp_text(in, old_digits));
            break;
        case kEnum:
        case kSet:
            set_unsigned(value, in.le(meta));
            break;
        case kString:
        case kVarchar:
            decode_string(in, meta, value);
            break;
        case kBlob:
        case kTinyBlob:
        case kMediumBlob:
        case kLongBlob:
        case kGeometry:
        case kVector:
            decode_blob(in, meta, value);
            break;
        case kJson:
            return decode_json(in, meta, value);
        case kBlobCompressed:
            return decode_compressed(in, meta, context, value);
        case kVarcharCompressed:
            return decode_compressed(in, meta > 255 ? 2 : 1, context, value);
        default:
            in.fail();
    }
    return {};
}

/// How an image is less than a row.
struct Partly {
    std::vector<bool> known;                           // columns to step over; may be empty
    std::vector<bool> diffs;                           // documents that are differences; the same
    std::vector<std::pair<std::size_t, Bytes>> found;  // differences met, by column
};

bool is_set(const std::vector<bool>& bits, std::size_t i) {
    return i < bits.size() && bits[i];
}

void start_row(const TableMap& table, std::size_t last_column, DecodedRow& out) {
    out.unpacked.clear();
    out.json_diffs.clear();
    out.values.resize(last_column >= table.columns.size() ? table.columns.size() : last_column + 1);
    for (Value& value : out.values) value.kind = Value::Kind::kNull;
}

Expected<void> decode_columns(ByteReader& in, const TableMap& table,
                              const std::vector<bool>& present, std::span<const ColumnHint> hints,
                              Partly& partly, DecodedRow& out) {
    const auto present_count = std::count(present.begin(), present.end(), true);
    const Bytes nulls = in.take((static_cast<std::size_t>(present_count) + 7) / 8);
    const bool all_present = static_cast<std::size_t>(present_count) == present.size() &&
                             present.size() >= out.values.size();
    const bool all_whole = partly.known.empty() && partly.diffs.empty();
    std::size_t bit = 0;
    for (std::size_t i = 0; i < out.values.size(); ++i) {
        if (!all_present && !is_set(present, i)) continue;
        const bool is_null = nulls.empty() || (nulls[bit / 8] & 1U << bit % 8) != 0;
        ++bit;
        if (is_null) continue;
        const auto& column = table.columns[i];
        const ColumnHint hint = i < hints.size() ? hints[i] : ColumnHint{};
        Expected<void> done;
        if (!all_whole && is_set(partly.known, i)) {
            in.skip(value_size(column, hint, in));
        } else if (!all_whole && is_set(partly.diffs, i)) {
            partly.found.emplace_back(i, in.take(in.le(column.meta)));
        } else {
            const auto& logged = table.unsigned_columns;
            const bool is_unsigned = logged ? (*logged)[i] : hint.is_unsigned;
            done = decode_value(in, {column, hint, is_unsigned, out}, out.values[i]);
        }
        if (!done || !in.ok())
            return Unexpected(fmt::format("column {} of a row of `{}`.`{}` cannot be decoded: {}",
                                          i + 1, table.schema, table.table,
                                          done ? "its bytes are malformed" : done.error()));
    }
    if (!in.ok())
        return Unexpected(fmt::format("a row of `{}`.`{}` is cut off", table.schema, table.table));
    return {};
}

/// Takes what the after image lacks from the before image, and applies differences to documents.
Expected<void> add_unchanged(const Change& change, std::span<const ColumnHint> hints,
                             const std::vector<std::pair<std::size_t, Bytes>>& diffs,
                             DecodedRow& out) {
    const RowsBlock& block = *change.block;
    Partly rest;
    rest.known = block.present_after;
    for (const auto& [column, bytes] : diffs) rest.known[column] = false;
    ByteReader in(change.before.bytes);
    auto done = decode_columns(in, *block.table, block.present_before, hints, rest, out);
    if (!done) return done;
    for (const auto& [column, bytes] : diffs) {
        Value& value = out.values[column];
        if (value.kind != Value::Kind::kJson) {  // not in the before image
            out.json_diffs.emplace_back(column, bytes);
            continue;
        }
        auto document = with_json_diffs(std::move(value.text), bytes);
        if (!document)
            return Unexpected(fmt::format("column {} of a row of `{}`.`{}` cannot be decoded: {}",
                                          column + 1, block.table->schema, block.table->table,
                                          document.error()));
        value.text = std::move(*document);
    }
    return {};
}

std::string zero_padded(std::string_view bytes, std::size_t size) {
    std::string padded(bytes.substr(0, size));
    padded.resize(size, '\0');
    return padded;
}

}  // namespace

Expected<void> decode_image(const RowImage& image, const TableMap& table,
                            const std::vector<bool>& present, std::span<const ColumnHint> hints,
                            std::size_t last_column, DecodedRow& out) {
    start_row(table, last_column, out);
    ByteReader in(image.bytes);
    Partly whole;
    return decode_columns(in, table, present, hints, whole, out);
}

Expected<void> decode_before(const Change& change, std::span<const ColumnHint> hints,
                             std::size_t last_column, DecodedRow& out) {
    return decode_image(change.before, *change.block->table, change.block->present_before, hints,
                        last_column, out);
}

Expected<void> decode_after(const Change& change, std::span<const ColumnHint> hints,
                            std::size_t last_column, DecodedRow& out) {
    const RowsBlock& block = *change.block;
    start_row(*block.table, last_column, out);
    ByteReader in(change.after.bytes);
    Partly partly;
    if (block.json_diffs) partly.diffs = read_diff_columns(in, *block.table);
    auto done = decode_columns(in, *block.table, block.present_after, hints, partly, out);
    if (!done || change.kind == ChangeKind::kInsert) return done;
    const auto end = block.present_after.begin() + static_cast<std::ptrdiff_t>(out.values.size());
    const bool complete = std::find(block.present_after.begin(), end, false) == end;
    if (complete && partly.found.empty()) return {};
    return add_unchanged(change, hints, partly.found, out);
}

bool knows_after(const Change& change, std::size_t column) {
    const RowsBlock& block = *change.block;
    const auto holds = [&](const std::vector<bool>& present) {
        return column < present.size() && present[column];
    };
    const bool in_full = !block.json_diffs || column >= block.table->columns.size() ||
                         block.table->columns[column].type != kJson;
    if (holds(block.present_after) && in_full) return true;
    return change.kind == ChangeKind::kUpdate && holds(block.present_before);
}

bool is_full(const std::vector<bool>& present) {
    return std::find(present.begin(), present.end(), false) == present.end();
}

std::string uuid_text(std::string_view bytes) {
    const auto full = zero_padded(bytes, 16);
    return uuid_digits({reinterpret_cast<const std::uint8_t*>(full.data()), full.size()});
}

std::string inet4_text(std::string_view bytes) {
    const auto full = zero_padded(bytes, 4);
    std::array<char, INET_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET, full.data(), text.data(), text.size());
    return text.data();
}

std::string inet6_text(std::string_view bytes) {
    const auto full = zero_padded(bytes, 16);
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET6, full.data(), text.data(), text.size());
    return text.data();
}

}  // namespace wisp::binlog
