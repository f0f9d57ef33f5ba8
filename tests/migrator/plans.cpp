// SPDX-License-Identifier: Apache-2.0
#include "tests/migrator/plans.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "migrator/column_map.h"
#include "migrator/key_choice.h"
#include "migrator/names.h"
#include "sql/literal.h"

namespace wisp::test {
namespace {

/// "10" and "2" of "decimal(10,2)"; 0 where there is none.
std::pair<unsigned, unsigned> widths(std::string_view type) {
    std::pair<unsigned, unsigned> out{0, 0};
    const auto open = type.find('(');
    if (open == std::string_view::npos) return out;
    const char* const end = type.data() + type.size();
    const auto first = std::from_chars(type.data() + open + 1, end, out.first);
    if (first.ptr != end && *first.ptr == ',') std::from_chars(first.ptr + 1, end, out.second);
    return out;
}

bool has_members(const sql::Column& column) {
    return column.data_type == "enum" || column.data_type == "set";
}

binlog::LoggedColumn logged(const sql::Column& column) {
    const std::string& type = column.data_type;
    const bool nulls = column.nullable;
    const auto bytes = static_cast<std::uint16_t>(column.max_bytes);
    if (type == "tinyint") return {binlog::kTiny, 0, nulls};
    if (type == "smallint") return {binlog::kShort, 0, nulls};
    if (type == "mediumint") return {binlog::kInt24, 0, nulls};
    if (type == "int") return {binlog::kLong, 0, nulls};
    if (type == "bigint") return {binlog::kLongLong, 0, nulls};
    if (type == "timestamp") return {binlog::kTimestamp, 0, nulls};
    if (type == "enum") return {binlog::kEnum, 1, nulls};
    if (type == "set") return {binlog::kSet, 1, nulls};
    if (type == "char" || type == "binary") return {binlog::kString, bytes, nulls};
    if (type == "varchar" || type == "varbinary") return {binlog::kVarchar, bytes, nulls};
    throw std::logic_error("no row image for " + type);
}

/// Bytes of an integer type; 0 for others.
std::size_t integer_size(std::uint8_t type) {
    switch (type) {
        case binlog::kTiny:
        case binlog::kEnum:
        case binlog::kSet:
            return 1;
        case binlog::kShort:
            return 2;
        case binlog::kInt24:
            return 3;
        case binlog::kLong:
            return 4;
        case binlog::kLongLong:
            return 8;
        default:
            return 0;
    }
}

void append_little_endian(std::vector<std::uint8_t>& out, std::uint64_t number, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
        out.push_back(static_cast<std::uint8_t>(number >> (8 * i) & 0xFFU));
    }
}

void append_cell(std::vector<std::uint8_t>& out, const binlog::LoggedColumn& column,
                 const Cell& cell) {
    if (const auto* number = std::get_if<std::int64_t>(&cell)) {
        append_little_endian(out, static_cast<std::uint64_t>(*number), integer_size(column.type));
        return;
    }
    const auto& text = std::get<std::string>(cell);
    if (column.type == binlog::kString || column.type == binlog::kVarchar) {
        append_little_endian(out, text.size(), column.meta > 255 ? 2 : 1);
    }
    out.insert(out.end(), text.begin(), text.end());
}

}  // namespace

sql::Column column(std::string name, std::string type) {
    sql::Column column;
    column.name = std::move(name);
    column.column_type = type;
    column.data_type = type.substr(0, type.find_first_of("( "));
    column.nullable = false;
    column.is_unsigned = type.find("unsigned") != std::string::npos;
    const auto [first, second] = widths(type);
    const bool temporal = column.data_type == "timestamp" || column.data_type == "datetime" ||
                          column.data_type == "time";
    if (temporal) column.fraction_digits = first;
    if (column.data_type == "decimal" || column.data_type == "bit") {
        column.precision = first;
        column.scale = second;
    }
    if (has_members(column)) column.members = sql::members_of(type);
    if (sql::is_text_type(column.data_type) || has_members(column)) {
        column.charset = "utf8mb4";
        column.collation = "utf8mb4_general_ci";
        column.max_characters = first;
        column.max_bytes = std::uint64_t{4} * first;
    }
    if (sql::is_binary_type(column.data_type)) column.max_bytes = first;
    return column;
}

sql::Column collated(std::string name, std::string type, std::string charset,
                     std::string collation) {
    sql::Column made = column(std::move(name), std::move(type));
    made.charset = std::move(charset);
    made.collation = std::move(collation);
    return made;
}

sql::Column nullable(sql::Column column) {
    column.nullable = true;
    return column;
}

sql::Column generated(sql::Column column, sql::Generated how) {
    column.generated = how;
    return column;
}

sql::Column with_default(sql::Column column, std::string text) {
    column.default_text = std::move(text);
    return column;
}

sql::Key unique_key(std::string name, const std::vector<std::string>& columns) {
    sql::Key key{std::move(name), true, {}};
    for (const auto& part : columns) key.parts.push_back({part, 0, false});
    return key;
}

sql::Key primary_key(const std::vector<std::string>& columns) {
    return unique_key("PRIMARY", columns);
}

sql::Table table(std::vector<sql::Column> columns, std::vector<sql::Key> keys) {
    sql::Table made;
    made.name = {"s", "t"};
    made.engine = "InnoDB";
    made.columns = std::move(columns);
    made.keys = std::move(keys);
    return made;
}

migrator::Plan raw_plan(sql::Table source, sql::Table ghost, std::string_view alter) {
    migrator::Plan plan;
    plan.names = migrator::table_names(source.name, "");
    auto split = sql::split_alter(alter);
    if (!split) throw std::logic_error(split.error());
    plan.alter = std::move(*split);
    plan.source = std::move(source);
    plan.ghost = std::move(ghost);
    plan.ghost.name = plan.names.ghost;
    plan.hints = binlog::column_hints(plan.source);
    return plan;
}

migrator::Plan make_plan(sql::Table source, sql::Table ghost, std::string_view alter) {
    auto plan = raw_plan(std::move(source), std::move(ghost), alter);
    migrator::map_columns(plan);
    migrator::choose_key(plan);
    return plan;
}

migrator::Plan same_plan(std::vector<sql::Column> columns, std::vector<sql::Key> keys) {
    const sql::Table one = table(std::move(columns), std::move(keys));
    return make_plan(one, one, "ENGINE=InnoDB");
}

RowLog::RowLog(const sql::Table& table) {
    auto map = std::make_shared<binlog::TableMap>();
    map->schema = table.name.schema;
    map->table = table.name.table;
    for (const auto& column : table.columns) map->columns.push_back(logged(column));
    map_ = std::move(map);
}

std::vector<std::uint8_t> RowLog::image(const Cells& row, const std::vector<bool>& present) const {
    std::vector<std::uint8_t> nulls;
    std::vector<std::uint8_t> values;
    std::size_t bit = 0;
    for (std::size_t i = 0; i < present.size(); ++i) {
        if (!present[i]) continue;
        if (bit % 8 == 0) nulls.push_back(0);
        if (std::holds_alternative<std::monostate>(row.at(i))) {
            nulls.back() = static_cast<std::uint8_t>(nulls.back() | 1U << bit % 8);
        } else {
            append_cell(values, map_->columns.at(i), row[i]);
        }
        ++bit;
    }
    nulls.insert(nulls.end(), values.begin(), values.end());
    return nulls;
}

binlog::Change RowLog::partial(binlog::ChangeKind kind, const Cells& before,
                               const std::vector<bool>& present_before, const Cells& after,
                               const std::vector<bool>& present_after) const {
    const auto first = image(before, present_before);
    const auto second = image(after, present_after);
    auto block = std::make_shared<binlog::RowsBlock>();
    block->table = map_;
    block->bytes = first;
    block->bytes.insert(block->bytes.end(), second.begin(), second.end());
    block->present_before = present_before;
    block->present_after = present_after;
    const std::span<const std::uint8_t> bytes(block->bytes);
    return {kind, block, {bytes.first(first.size())}, {bytes.subspan(first.size())}};
}

binlog::Change RowLog::insert(const Cells& row) const {
    return partial(binlog::ChangeKind::kInsert, {}, {}, row,
                   std::vector<bool>(map_->columns.size(), true));
}

binlog::Change RowLog::update(const Cells& before, const Cells& after) const {
    const std::vector<bool> all(map_->columns.size(), true);
    return partial(binlog::ChangeKind::kUpdate, before, all, after, all);
}

binlog::Change RowLog::erase(const Cells& row) const {
    return partial(binlog::ChangeKind::kDelete, row, std::vector<bool>(map_->columns.size(), true),
                   {}, {});
}

}  // namespace wisp::test
