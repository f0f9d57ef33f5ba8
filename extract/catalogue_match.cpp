// SPDX-License-Identifier: Apache-2.0
#include "extract/catalogue_match.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sql/literal.h"

namespace wisp::extract {

namespace {

using Types = std::vector<std::uint8_t>;
using namespace binlog;

/// Log types a DATA_TYPE can have.
Types types_of(std::string_view data_type) {
    static const std::vector<std::pair<std::string_view, Types>> kTypes{
        {"tinyint", {kTiny}},
        {"smallint", {kShort}},
        {"mediumint", {kInt24}},
        {"int", {kLong}},
        {"bigint", {kLongLong}},
        {"decimal", {kDecimal}},
        {"float", {kFloat}},
        {"double", {kDouble}},
        {"bit", {kBit}},
        {"year", {kYear}},
        {"date", {kDate, kNewDate}},
        {"time", {kTime, kTimeOld}},
        {"datetime", {kDatetime, kDatetimeOld}},
        {"timestamp", {kTimestamp, kTimestampOld}},
        {"char", {kString}},
        {"binary", {kString}},
        {"varchar", {kVarchar, kVarcharCompressed, kString}},
        {"varbinary", {kVarchar, kVarcharCompressed, kString}},
        {"enum", {kEnum}},
        {"set", {kSet}},
        {"json", {kJson, kBlob}},
        {"uuid", {kString}},
        {"inet4", {kString}},
        {"inet6", {kString}},
        {"vector", {kVector, kVarchar}},
    };
    for (const auto& [name, types] : kTypes)
        if (name == data_type) return types;
    if (data_type.ends_with("blob") || data_type.ends_with("text")) return {kBlob, kBlobCompressed};
    return {kGeometry};
}

unsigned length_bytes(std::string_view data_type) {
    if (data_type.starts_with("tiny")) return 1;
    if (data_type == "text" || data_type == "blob") return 2;
    return data_type.starts_with("medium") ? 3 : 4;
}

/// MySQL: sql/field.cc get_set_pack_length (9.x); MariaDB: sql/field.h get_set_pack_length (10.11).
unsigned set_bytes(std::size_t members) {
    const auto bytes = static_cast<unsigned>((members + 7) / 8);
    return bytes > 4 ? 8 : bytes;
}

/// What LoggedColumn::meta is for such a column; nullopt: its type says it all, or the catalogue
/// does not tell.
std::optional<unsigned> meta_of(const LoggedColumn& logged, const sql::Column& column) {
    switch (logged.type) {
        case kDecimal:
            return column.precision << 8U | column.scale;
        case kBit:
            return column.precision;
        case kTime:
        case kDatetime:
        case kTimestamp:
            return column.fraction_digits;
        case kVarchar:
        case kString: {
            const bool sized = column.data_type.ends_with("char") || column.data_type == "binary" ||
                               column.data_type == "varbinary";
            return sized ? std::optional(static_cast<unsigned>(column.max_bytes)) : std::nullopt;
        }
        case kEnum:
            return column.members.size() < 256 ? 1 : 2;
        case kSet:
            return set_bytes(column.members.size());
        case kBlob:
            return length_bytes(column.data_type);
        default:
            return std::nullopt;
    }
}

bool is_number(const sql::Column& column) {
    return sql::is_integer_type(column.data_type) || column.data_type == "decimal" ||
           column.data_type == "float" || column.data_type == "double";
}

std::string_view short_name(std::string_view charset) {
    return charset == "utf8mb3" ? "utf8" : charset;
}

/// What the log has otherwise than the catalogue; empty: nothing.
std::string_view difference(const LoggedColumn& logged, std::string_view charset,
                            const sql::Column& column) {
    const Types types = types_of(column.data_type);
    if (std::find(types.begin(), types.end(), logged.type) == types.end()) return "of another type";
    if (const auto meta = meta_of(logged, column); meta && *meta != logged.meta)
        return "of another size";
    if (logged.nullable != column.nullable) return logged.nullable ? "NULL" : "NOT NULL";
    if (!charset.empty() && !column.charset.empty() &&
        short_name(charset) != short_name(column.charset))
        return "in another character set";
    return {};
}

}  // namespace

std::string difference(const TableMap& map, const TableMetadata& metadata,
                       const sql::Table& table) {
    if (map.columns.size() != table.columns.size())
        return fmt::format("it has {} columns now and {} in the log", table.columns.size(),
                           map.columns.size());
    for (std::size_t i = 0; i < map.columns.size(); ++i) {
        const auto& column = table.columns[i];
        std::string_view other = difference(map.columns[i], metadata.columns[i].charset, column);
        if (other.empty() && map.unsigned_columns && is_number(column) &&
            (*map.unsigned_columns)[i] != column.is_unsigned)
            other = column.is_unsigned ? "signed" : "unsigned";
        if (!other.empty())
            return fmt::format("column {} is {} {} now, and {} in the log", i + 1, column.name,
                               column.column_type, other);
    }
    return {};
}

}  // namespace wisp::extract
