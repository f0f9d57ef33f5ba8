// SPDX-License-Identifier: Apache-2.0
#include "binlog/table_map.h"

#include <algorithm>

#include <fmt/format.h>

#include "binlog/decimal.h"
#include "binlog/temporal.h"

namespace wisp::binlog {

namespace {

constexpr std::uint8_t kFieldSignedness = 1;

/// STRING columns carry their real type and, in bits 4 and 5 of it, complemented, bits 8 and 9 of
/// the length. MySQL: sql/field.cc Field_string::do_save_field_metadata (9.x); MariaDB:
/// sql/field.cc Field_string::save_field_metadata (10.11).
void read_string_meta(ByteReader& in, LoggedColumn& column) {
    const unsigned type = in.u8();
    const unsigned size = in.u8();
    column.type = static_cast<std::uint8_t>(type | 0x30U);
    column.meta = static_cast<std::uint16_t>(size | ((type & 0x30U) ^ 0x30U) << 4U);
}

/// BIT logs the odd bits and the full bytes. MySQL: sql/field.cc Field_bit::do_save_field_metadata.
std::uint16_t read_bit_meta(ByteReader& in) {
    const unsigned odd_bits = in.u8();
    const unsigned full_bytes = in.u8();
    return static_cast<std::uint16_t>(full_bytes * 8 + odd_bits);
}

/// A value is preceded by its length, in as many bytes as the column's meta says.
bool is_blob(std::uint8_t type) {
    switch (type) {
        case kBlob:
        case kTinyBlob:
        case kMediumBlob:
        case kLongBlob:
        case kJson:
        case kGeometry:
        case kVector:
        case kBlobCompressed:
            return true;
        default:
            return false;
    }
}

/// MySQL: libs/mysql/binlog/event/rows_event.h, table "Table_map_event column types" (9.x);
/// MariaDB: sql/rpl_utility.cc table_def::table_def (10.11).
bool read_meta(ByteReader& in, LoggedColumn& column) {
    if (is_blob(column.type)) {
        column.meta = in.u8();
        return true;
    }
    switch (column.type) {
        case kTiny:
        case kShort:
        case kInt24:
        case kLong:
        case kLongLong:
        case kYear:
        case kDate:
        case kNewDate:
        case kTimeOld:
        case kDatetimeOld:
        case kTimestampOld:
            return true;
        case kFloat:
        case kDouble:
        case kTimestamp:
        case kDatetime:
        case kTime:
            column.meta = in.u8();
            return true;
        case kVarchar:
        case kVarcharCompressed:
            column.meta = in.u16();
            return true;
        case kBit:
            column.meta = read_bit_meta(in);
            return true;
        case kDecimal:
            column.meta = static_cast<std::uint16_t>(in.be(2));
            return true;
        case kString:
            read_string_meta(in, column);
            return true;
        default:
            return false;
    }
}

/// What a corrupt or future TABLE_MAP could say that the readers of values must never see.
bool meta_is_sound(const LoggedColumn& column) {
    if (is_blob(column.type)) return column.meta >= 1 && column.meta <= 4;
    switch (column.type) {
        case kDecimal:
            return decimal_format_is_sound(column.meta >> 8U, column.meta & 0xffU);
        case kTimestamp:
        case kDatetime:
        case kTime:
            return column.meta <= 6;
        case kBit:
            return column.meta >= 1 && column.meta <= 64;
        case kEnum:
            return column.meta == 1 || column.meta == 2;
        case kSet:
            return column.meta >= 1 && column.meta <= 8;
        default:
            return true;
    }
}

/// YEAR takes a bit as well, on both families (seen on 9.7, 10.11, 11.8); BIT does not.
bool is_numeric(std::uint8_t type) {
    return type == kTiny || type == kShort || type == kInt24 || type == kLong ||
           type == kLongLong || type == kDecimal || type == kFloat || type == kDouble ||
           type == kYear;
}

/// One bit a numeric column, most significant first; 1 is unsigned. MySQL: sql/log_event.cc
/// Table_map_log_event::init_signedness_field (9.x); MariaDB: the same name (10.5).
std::vector<bool> read_signedness(Bytes bits, const std::vector<LoggedColumn>& columns) {
    std::vector<bool> is_unsigned(columns.size(), false);
    std::size_t bit = 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (!is_numeric(columns[i].type)) continue;
        if (bit / 8 < bits.size()) is_unsigned[i] = (bits[bit / 8] & 0x80U >> bit % 8) != 0;
        ++bit;
    }
    return is_unsigned;
}

void read_names(ByteReader& in, std::size_t fixed_size, TableMapName& name) {
    name.id = in.le(fixed_size == 6 ? 4 : 6);
    in.skip(2);  // flags
    name.schema = in.text(in.u8());
    in.skip(1);
    name.table = in.text(in.u8());
    in.skip(1);
}

void read_columns(ByteReader& in, TableMap& map) {
    const Bytes types = in.take(in.packed());
    map.columns.resize(types.size());
    for (std::size_t i = 0; i < types.size(); ++i) map.columns[i].type = types[i];
}

void note_sizes(LoggedColumn& column) {
    if (is_blob(column.type)) {
        column.length_bytes = static_cast<std::uint8_t>(column.meta);
        return;
    }
    switch (column.type) {
        case kTimestampOld:
        case kDatetimeOld:
        case kTimeOld:
            return;  // the hint decides
        case kString:
        case kVarchar:
        case kVarcharCompressed:
            column.length_bytes = column.meta > 255 ? 2 : 1;
            return;
        default:
            column.fixed_bytes =
                static_cast<std::uint8_t>(value_size_by_type(column, {}, ByteReader({})));
    }
}

Expected<void> read_all_meta(ByteReader& in, TableMap& map) {
    ByteReader meta(in.take(in.packed()));
    for (std::size_t i = 0; i < map.columns.size(); ++i) {
        auto& column = map.columns[i];
        const unsigned logged_type = column.type;
        if (!read_meta(meta, column))
            return Unexpected(fmt::format(
                "column {} of `{}`.`{}` has type code {} in the binlog, which is not supported",
                i + 1, map.schema, map.table, logged_type));
        if (meta.ok() && !meta_is_sound(column)) meta.fail();
        if (meta.ok()) note_sizes(column);
    }
    if (!meta.ok()) in.fail();
    return {};
}

/// Optional metadata: type, packed length, value. Everything but the signedness is skipped.
void read_optional(ByteReader& in, TableMap& map) {
    const Bytes fields = ByteReader(in).rest();
    map.optional_fields.assign(fields.begin(), fields.end());
    while (in.remaining() > 0) {
        const auto field = in.u8();
        const Bytes value = in.take(in.packed());
        if (field == kFieldSignedness && in.ok())
            map.unsigned_columns = read_signedness(value, map.columns);
    }
}

}  // namespace

Expected<TableMapName> parse_table_map_name(Bytes body, std::size_t fixed_size) {
    ByteReader in(body);
    TableMapName name;
    read_names(in, fixed_size, name);
    if (!in.ok()) return Unexpected(std::string("a TABLE_MAP event is too short"));
    return name;
}

Expected<TableMap> parse_table_map(Bytes body, std::size_t fixed_size) {
    ByteReader in(body);
    TableMapName name;
    read_names(in, fixed_size, name);
    TableMap map;
    map.id = name.id;
    map.schema = name.schema;
    map.table = name.table;
    read_columns(in, map);
    if (auto meta = read_all_meta(in, map); !meta) return Unexpected(std::move(meta.error()));
    const Bytes nulls = in.take((map.columns.size() + 7) / 8);
    for (std::size_t i = 0; i < map.columns.size() && !nulls.empty(); ++i)
        map.columns[i].nullable = (nulls[i / 8] & 1U << i % 8) != 0;
    read_optional(in, map);
    if (!in.ok() || map.columns.empty())
        return Unexpected(
            fmt::format("the TABLE_MAP event of `{}`.`{}` is malformed", map.schema, map.table));
    return map;
}

// MySQL: libs/mysql/binlog/event/binary_log_funcs.cpp calc_field_size (9.x); MariaDB:
// sql/log_event.cc / rpl_utility.cc table_def::calc_field_size (10.11).
std::uint64_t value_size_by_type(const LoggedColumn& column, const ColumnHint& hint,
                                 ByteReader in) {
    const auto prefixed = [&](std::size_t prefix) {
        const std::uint64_t size = in.le(prefix);
        return in.ok() ? prefix + size : 0;
    };
    if (is_blob(column.type)) return prefixed(column.meta);
    switch (column.type) {
        case kTiny:
        case kYear:
            return 1;
        case kShort:
            return 2;
        case kInt24:
        case kDate:
        case kNewDate:
            return 3;
        case kLong:
        case kFloat:
            return 4;
        case kLongLong:
        case kDouble:
            return 8;
        case kTimestampOld:
            return old_timestamp_size(hint.fraction_digits_of_old_type);
        case kDatetimeOld:
            return old_datetime_size(hint.fraction_digits_of_old_type);
        case kTimeOld:
            return old_time_size(hint.fraction_digits_of_old_type);
        case kTimestamp:
            return 4 + fraction_size(column.meta);
        case kDatetime:
            return 5 + fraction_size(column.meta);
        case kTime:
            return 3 + fraction_size(column.meta);
        case kDecimal:
            return decimal_size(column.meta >> 8U, column.meta & 0xffU);
        case kBit:
            return (column.meta + 7U) / 8;
        case kEnum:
        case kSet:
            return column.meta;
        case kString:
        case kVarchar:
        case kVarcharCompressed:
            return prefixed(column.meta > 255 ? 2 : 1);
        default:
            return 0;  // parse_table_map lets no other type through
    }
}

std::vector<ColumnHint> column_hints(const sql::Table& table) {
    std::vector<ColumnHint> hints(table.columns.size());
    std::transform(table.columns.begin(), table.columns.end(), hints.begin(),
                   [](const sql::Column& column) {
                       return ColumnHint{column.is_unsigned,
                                         static_cast<std::uint8_t>(column.fraction_digits)};
                   });
    return hints;
}

}  // namespace wisp::binlog
