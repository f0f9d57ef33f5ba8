// SPDX-License-Identifier: Apache-2.0
#include "extract/table_shape.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "base/log.h"
#include "binlog/table_metadata.h"
#include "extract/catalogue_match.h"
#include "sql/identifier.h"
#include "sql/literal.h"

namespace wisp::extract {

namespace {

using binlog::ColumnMetadata;
using binlog::LoggedColumn;
using binlog::TableMap;

Form form_of_charset(std::string_view charset) {
    if (charset == "binary") return Form::kBinary;
    if (charset.empty() || charset == "utf8mb4" || charset == "utf8mb3" || charset == "utf8")
        return Form::kUtf8;
    return sql::ascii_compatible(charset) ? Form::kText : Form::kWideText;
}

Form form_of(const LoggedColumn& logged, std::string_view charset) {
    switch (logged.type) {
        case binlog::kEnum:
            return Form::kEnum;
        case binlog::kSet:
            return Form::kSet;
        case binlog::kGeometry:
        case binlog::kVector:
            return Form::kOpaque;
        case binlog::kString:
        case binlog::kVarchar:
        case binlog::kVarcharCompressed:
        case binlog::kBlob:
        case binlog::kTinyBlob:
        case binlog::kMediumBlob:
        case binlog::kLongBlob:
        case binlog::kBlobCompressed:
            return form_of_charset(charset);
        default:
            return Form::kPlain;
    }
}

/// Members as literals. Only ASCII ones: the log has the others in the column's character set.
/// One member that cannot be written makes all of them ordinals.
std::vector<std::string> member_literals(const std::vector<std::string>& members) {
    std::vector<std::string> literals;
    for (const auto& member : members) {
        const bool ascii = std::all_of(member.begin(), member.end(),
                                       [](char c) { return c >= 0x20 && c <= 0x7e; });
        if (!ascii) return {};
        literals.push_back(sql::text_literal(member));
    }
    return literals;
}

ColumnShape column_shape(const LoggedColumn& logged, std::string_view name,
                         std::string_view charset, const std::vector<std::string>& members) {
    ColumnShape shape;
    shape.name = sql::quote(name);
    shape.assignment = shape.name + " = ";
    shape.form = form_of(logged, charset);
    shape.charset = charset;
    shape.members = member_literals(members);
    shape.decimal = logged.type == binlog::kDecimal;
    if (logged.type == binlog::kString && shape.form == Form::kBinary) shape.width = logged.meta;
    shape.may_change_itself =
        logged.type == binlog::kTimestamp || logged.type == binlog::kTimestampOld ||
        logged.type == binlog::kDatetime || logged.type == binlog::kDatetimeOld;
    return shape;
}

/// What only the catalogue knows.
void add_catalogue(ColumnShape& shape, const sql::Column& column) {
    shape.generated = column.generated != sql::Generated::kNo;
    if (column.data_type == "uuid") shape.form = Form::kUuid;
    if (column.data_type == "inet4") shape.form = Form::kInet4;
    if (column.data_type == "inet6") shape.form = Form::kInet6;
}

/// The primary key, or the first unique key of whole columns without NULLs; as ordinals.
std::vector<std::size_t> key_of(const sql::Table& table) {
    const auto ordinals = [&](const sql::Key& key) {
        std::vector<std::size_t> found;
        for (const auto& part : key.parts) {
            const auto at = table.column_index(part.column);
            if (!at || table.columns[*at].nullable) return std::vector<std::size_t>{};
            found.push_back(*at);
        }
        return found;
    };
    std::vector<std::size_t> chosen;
    for (const auto& key : table.keys) {
        if (!key.unique || (!chosen.empty() && !key.primary())) continue;
        if (auto found = ordinals(key); !found.empty()) chosen = std::move(found);
    }
    return chosen;
}

TableShape from_metadata(const TableMap& map, const binlog::TableMetadata& metadata,
                         const std::optional<sql::Table>& table) {
    TableShape shape;
    for (std::size_t i = 0; i < map.columns.size(); ++i) {
        const auto& told = metadata.columns[i];
        shape.columns.push_back(
            column_shape(map.columns[i], told.name, told.charset, told.members));
        const auto* column = table ? table->find_column(told.name) : nullptr;
        if (column != nullptr) add_catalogue(shape.columns.back(), *column);
    }
    shape.key = metadata.primary_key;
    return shape;
}

TableShape from_catalogue(const TableMap& map, const binlog::TableMetadata& metadata,
                          const sql::Table& table) {
    TableShape shape;
    for (std::size_t i = 0; i < map.columns.size(); ++i) {
        const auto& column = table.columns[i];
        const auto logged = metadata.columns[i].charset;
        const bool bytes = column.charset.empty();
        shape.columns.push_back(column_shape(
            map.columns[i], column.name,
            !logged.empty() ? logged : std::string_view(bytes ? "binary" : column.charset),
            column.members));
        add_catalogue(shape.columns.back(), column);
    }
    shape.key = key_of(table);
    shape.hints = binlog::column_hints(table);
    return shape;
}

bool same_names(const binlog::TableMetadata& metadata, const sql::Table& table) {
    return std::equal(metadata.columns.begin(), metadata.columns.end(), table.columns.begin(),
                      table.columns.end(), [](const auto& logged, const auto& column) {
                          return sql::same_name(logged.name, column.name);
                      });
}

[[noreturn]] void refuse_without_names(const std::string& name) {
    throw std::runtime_error(fmt::format(
        "the log does not name the columns of {}: give the flags of a server that has the table as "
        "it was then (--host, --user, …), or have names logged from now on (SET GLOBAL "
        "binlog_row_metadata=FULL)",
        name));
}

[[noreturn]] void refuse_changed(const std::string& name, const std::string& how) {
    throw std::runtime_error(fmt::format(
        "{} has been altered since these rows were logged: {}. The log does not name the columns: "
        "create the table as it was then on any server and give the flags of that one",
        name, how));
}

}  // namespace

TableShape shape_of(const TableMap& map, const Catalogue& catalogue) {
    const sql::TableName name{map.schema, map.table};
    const std::string quoted = sql::quote(name);
    const auto metadata = binlog::parse_table_metadata(map);
    if (!metadata) throw std::runtime_error(metadata.error());
    const auto table = catalogue ? catalogue(name) : std::nullopt;
    const std::string changed = table ? difference(map, *metadata, *table) : std::string();
    TableShape shape;
    if (metadata->named) {
        shape = from_metadata(map, *metadata, table);
        const bool same = table && changed.empty() && same_names(*metadata, *table);
        if (same) shape.hints = binlog::column_hints(*table);
        if (same && shape.key.empty()) shape.key = key_of(*table);
    } else if (!table) {
        refuse_without_names(quoted);
    } else if (!changed.empty()) {
        refuse_changed(quoted, changed);
    } else {
        shape = from_catalogue(map, *metadata, *table);
        shape.named_by_catalogue = true;
        log::info("the log does not name columns; names are from the server table={} columns={}",
                  quoted, shape.columns.size());
    }
    shape.name = quoted;
    for (std::size_t i = 0; i < shape.columns.size(); ++i)
        if (shape.columns[i].form == Form::kEnum) shape.enums.push_back(i);
    if (shape.key.empty())
        log::info("no unique key without NULLs is known, so rows are found by all columns table={}",
                  quoted);
    return shape;
}

}  // namespace wisp::extract
