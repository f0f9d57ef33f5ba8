// SPDX-License-Identifier: Apache-2.0
#include "migrator/row_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "migrator/refusal.h"
#include "sql/identifier.h"
#include "sql/literal.h"

namespace wisp::migrator {
namespace {

/// Length-prefixed, so that ("a-", "b") and ("a", "-b") stay apart.
void append_identity(std::string& out, const sql::Value& value) {
    const auto raw = [&](const void* data, std::size_t size) {
        out.append(static_cast<const char*>(data), size);
    };
    const auto sized = [&](std::string_view bytes) {
        const auto size = static_cast<std::uint32_t>(bytes.size());
        raw(&size, sizeof size);
        out.append(bytes);
    };
    out += static_cast<char>(value.kind);
    using enum sql::Value::Kind;
    switch (value.kind) {
        case kNull:
            break;
        case kSigned:
            raw(&value.integer, sizeof value.integer);
            break;
        case kUnsigned:
            raw(&value.unsigned_integer, sizeof value.unsigned_integer);
            break;
        case kFloat:
        case kDouble:
            raw(&value.real, sizeof value.real);
            break;
        case kBytes:
            sized(value.bytes);
            break;
        case kText:
        case kJson:
            sized(value.text);
            break;
    }
}

/// Bytes of a ghost column against the bytes the source value has there.
std::string same_bytes(const MappedColumn& column, const std::string& literal) {
    std::string value = literal;
    if (sql::is_text_type(column.source.data_type)) {
        value = fmt::format("CONVERT({} USING {})", literal, column.ghost.charset);
    }
    return fmt::format("CAST({} AS BINARY) = CAST({} AS BINARY)", sql::quote(column.ghost.name),
                       value);
}

bool enum_error_value(const MappedColumn& column, const sql::Value& value) {
    return column.source.data_type == "enum" && value.kind == sql::Value::Kind::kUnsigned &&
           value.unsigned_integer == 0;
}

}  // namespace

RowReader::RowReader(const Plan& plan) : plan_(plan) {
    for (const auto i : plan.key.columns) {
        last_key_column_ = std::max(last_key_column_, plan.columns[i].source_index);
    }
}

void RowReader::decode(const binlog::Change& change, bool before, std::size_t last_column) {
    const auto decoded = before ? binlog::decode_before(change, plan_.hints, last_column, row_)
                                : binlog::decode_after(change, plan_.hints, last_column, row_);
    if (!decoded) {
        throw Refusal(fmt::format("a row of {} in the binlog cannot be read: {}",
                                  sql::quote(plan_.names.source), decoded.error()));
    }
}

std::string RowReader::literal_of(const MappedColumn& column) const {
    return column.wrap(
        sql::literal(row_.values[column.source_index], column.source, column.conversion));
}

std::string RowReader::identity(const binlog::Change& change, bool before) {
    decode(change, before, last_key_column_);
    std::string identity;
    for (const auto i : plan_.key.columns) {
        append_identity(identity, row_.values[plan_.columns[i].source_index]);
    }
    return identity;
}

std::string RowReader::conditions(bool exact) const {
    std::string text = "(";
    for (const auto i : plan_.key.columns) {
        const MappedColumn& column = plan_.columns[i];
        const std::string literal = literal_of(column);
        if (text.size() > 1) text += " AND ";
        text += fmt::format("{} = {}", sql::quote(column.ghost.name), literal);
        // ENUM and SET compare by number here; only text has several spellings of one key.
        if (exact && sql::is_text_type(column.ghost.data_type)) {
            text += " AND " + same_bytes(column, literal);
        }
    }
    return text + ")";
}

std::string RowReader::condition(const binlog::Change& change, bool before) {
    decode(change, before, last_key_column_);
    return conditions(plan_.exact_key);
}

std::string RowReader::exact_condition(const binlog::Change& change, bool before) {
    decode(change, before, last_key_column_);
    return conditions(true);
}

std::string RowReader::single_key(const binlog::Change& change, bool before) {
    decode(change, before, last_key_column_);
    return literal_of(plan_.columns[plan_.key.columns.front()]);
}

bool RowReader::append_tuple(const binlog::Change& change, std::string& out) {
    decode(change, false, binlog::kAllColumns);
    bool lenient = false;
    out += '(';
    bool first = true;
    for (const MappedColumn& column : plan_.columns) {
        if (!first) out += ',';
        first = false;
        const sql::Value& value = row_.values[column.source_index];
        lenient = lenient || enum_error_value(column, value);
        if (column.expression == "{}") {
            sql::append_literal(out, value, column.source, column.conversion);
        } else {
            out += literal_of(column);
        }
    }
    for (const FilledColumn& column : plan_.filled) out += "," + column.expression;
    out += ')';
    return lenient;
}

void RowReader::require_full(const binlog::Change& change) const {
    const binlog::RowsBlock& block = *change.block;
    if (block.table->columns.size() != plan_.source.columns.size()) {
        throw Refusal(fmt::format(
            "a row event of {} has {} columns, the table had {} when the run began: it was altered"
            " meanwhile; drop the ghost table and start again",
            sql::quote(plan_.names.source), block.table->columns.size(),
            plan_.source.columns.size()));
    }
    const auto check = [&](const std::vector<bool>& present) {
        for (const MappedColumn& column : plan_.columns) {
            if (column.source_index < present.size() && present[column.source_index]) continue;
            throw Refusal(fmt::format(
                "a row event of {} lacks column {}: some session writes partial row images; SET"
                " GLOBAL binlog_row_image='FULL' (MariaDB also FULL_NODUP off), reconnect the"
                " application's sessions and start again",
                sql::quote(plan_.names.source), sql::quote(column.source.name)));
        }
    };
    if (change.kind != binlog::ChangeKind::kInsert) check(block.present_before);
    if (change.kind != binlog::ChangeKind::kDelete) check(block.present_after);
}

}  // namespace wisp::migrator
