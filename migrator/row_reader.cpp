// SPDX-License-Identifier: Apache-2.0
#include "migrator/row_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>

#include "migrator/copy_sql.h"
#include "migrator/refusal.h"
#include "migrator/verify/key_name.h"
#include "sql/identifier.h"
#include "sql/literal.h"

namespace wisp::migrator {
namespace {

/// Most significant byte first, so that bytes compare as the numbers do.
void append_number(std::string& out, std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xFF);
}

/// Zeros are escaped and the end is marked, so that ("a-", "b") and ("a", "-b") stay apart and a
/// text sorts before its continuations.
void append_text(std::string& out, std::string_view text) {
    for (const char c : text) {
        out += c;
        if (c == '\0') out += '\xFF';
    }
    out.append(2, '\0');
}

constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63U;

void append_identity(std::string& out, const sql::Value& value) {
    out += static_cast<char>(value.kind);
    using enum sql::Value::Kind;
    switch (value.kind) {
        case kNull:
            break;
        case kSigned:
            append_number(out, static_cast<std::uint64_t>(value.integer) ^ kSignBit);
            break;
        case kUnsigned:
            append_number(out, value.unsigned_integer);
            break;
        case kFloat:
        case kDouble: {
            const auto bits = std::bit_cast<std::uint64_t>(value.real);
            append_number(out, (bits & kSignBit) != 0 ? ~bits : bits ^ kSignBit);
            break;
        }
        case kBytes:
            append_text(out, value.bytes);
            break;
        case kText:
        case kJson:
            append_text(out, value.text);
            break;
    }
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
        const sql::Value& value = row_.values[plan_.columns[i].source_index];
        if (value.kind == sql::Value::Kind::kNull) {
            throw Refusal(fmt::format(
                "a row of {} came to have NULL in {}, and the run goes by the key {}: it could not"
                " be told apart; make the key's columns NOT NULL, or remove such rows, and start"
                " again",
                sql::quote(plan_.names.source), sql::quote(plan_.columns[i].source.name),
                sql::quote(plan_.key.source_index_name)));
        }
        append_identity(identity, value);
    }
    return identity;
}

std::string RowReader::key_name(const binlog::Change& change, bool before) {
    decode(change, before, last_key_column_);
    return migrator::key_name(plan_, row_);
}

std::string RowReader::conditions(bool exact) const {
    std::vector<std::string> literals;
    for (const auto i : plan_.key.columns) literals.push_back(literal_of(plan_.columns[i]));
    return key_condition(plan_, literals, exact);
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

std::vector<std::string> RowReader::append_tuple(const binlog::Change& change, std::string& out) {
    decode(change, false, binlog::kAllColumns);
    std::vector<std::string> lenient;
    out += '(';
    bool first = true;
    for (const MappedColumn& column : plan_.columns) {
        if (!first) out += ',';
        first = false;
        const sql::Value& value = row_.values[column.source_index];
        if (sql::refused_by_strict(value, column.source)) lenient.push_back(column.ghost.name);
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

std::string RowReader::source_condition(const binlog::Change& change) {
    decode(change, false, last_key_column_);
    std::string text = "(";
    for (const auto i : plan_.key.columns) {
        const MappedColumn& column = plan_.columns[i];
        if (text.size() > 1) text += " AND ";
        text += sql::quote(column.source.name) + " = ";
        sql::append_literal(text, row_.values[column.source_index], column.source);
    }
    return text + ")";
}

void RowReader::require_key(const binlog::Change& change) const {
    const binlog::RowsBlock& block = *change.block;
    if (block.table->columns.size() != plan_.source.columns.size()) {
        throw Refusal(fmt::format(
            "a row event of {} has {} columns, the table had {} when the run began: it was altered"
            " meanwhile, and the run cannot go on",
            sql::quote(plan_.names.source), block.table->columns.size(),
            plan_.source.columns.size()));
    }
    for (const auto i : plan_.key.columns) {
        const MappedColumn& column = plan_.columns[i];
        const bool before =
            change.kind == binlog::ChangeKind::kInsert || block.present_before[column.source_index];
        const bool after = change.kind == binlog::ChangeKind::kDelete ||
                           binlog::knows_after(change, column.source_index);
        if (before && after) continue;
        throw Refusal(fmt::format(
            "a row event of {} lacks the key column {}: with binlog_row_image=MINIMAL the server"
            " logs the primary key and what a statement sets, and this run goes by the key {}; SET"
            " GLOBAL binlog_row_image='FULL', reconnect the application's sessions and start again",
            sql::quote(plan_.names.source), sql::quote(column.source.name),
            sql::quote(plan_.key.source_index_name)));
    }
}

bool RowReader::knows_row(const binlog::Change& change) const {
    return std::all_of(plan_.columns.begin(), plan_.columns.end(), [&](const auto& column) {
        return binlog::knows_after(change, column.source_index);
    });
}

}  // namespace wisp::migrator
