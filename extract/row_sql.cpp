// SPDX-License-Identifier: Apache-2.0
#include "extract/row_sql.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "binlog/json_diff.h"
#include "extract/value_sql.h"

namespace wisp::extract {

namespace {

using binlog::Change;
using binlog::ChangeKind;
using sql::Value;

constexpr std::size_t kLongestInsert = std::size_t{1} << 20U;

/// Around a statement whose values a strict session refuses.
constexpr std::string_view kLax = "SET sql_mode = @wisp_lax_mode;\n";
constexpr std::string_view kStrict = "SET sql_mode = @wisp_strict_mode;\n";

ChangeKind turned(ChangeKind kind, Direction direction) {
    if (direction == Direction::kForward || kind == ChangeKind::kUpdate) return kind;
    return kind == ChangeKind::kInsert ? ChangeKind::kDelete : ChangeKind::kInsert;
}

bool same(const Value& a, const Value& b) {
    if (a.kind != b.kind) return false;
    switch (a.kind) {
        case Value::Kind::kNull:
            return true;
        case Value::Kind::kSigned:
            return a.integer == b.integer;
        case Value::Kind::kUnsigned:
            return a.unsigned_integer == b.unsigned_integer;
        case Value::Kind::kFloat:
        case Value::Kind::kDouble:
            return a.real == b.real && std::signbit(a.real) == std::signbit(b.real);
        case Value::Kind::kText:
        case Value::Kind::kJson:
            return a.text == b.text;
        case Value::Kind::kBytes:
            return a.bytes == b.bytes;
    }
    return false;
}

[[noreturn]] void refuse_incomplete(const TableShape& shape, std::string_view what) {
    throw std::runtime_error(fmt::format(
        "{} of {} cannot be taken back: the log lacks what the row was, because its session wrote "
        "with binlog_row_image other than FULL; leave it out (--table, --kind, times, positions, "
        "--exclude-gtids) and restore those rows from a backup. SET GLOBAL binlog_row_image='FULL' "
        "has new sessions log whole rows",
        what, shape.name));
}

bool only_differences(const binlog::DecodedRow& row, std::size_t column) {
    return std::any_of(row.json_diffs.begin(), row.json_diffs.end(),
                       [column](const auto& known) { return known.first == column; });
}

}  // namespace

void RowSql::read(const Change& change, bool after, const TableShape& shape, Image& image) {
    const auto& block = *change.block;
    image.present = after ? &block.present_after : &block.present_before;
    if (after && change.kind == ChangeKind::kUpdate && !binlog::is_full(block.present_after)) {
        image.both = block.present_after;
        for (std::size_t i = 0; i < image.both.size(); ++i)
            if (block.present_before[i]) image.both[i] = true;
        image.present = &image.both;
    }
    const auto done = after ? decode_after(change, shape.hints, binlog::kAllColumns, image.row)
                            : decode_before(change, shape.hints, binlog::kAllColumns, image.row);
    if (!done) throw std::runtime_error(done.error());
}

bool RowSql::lax(const TableShape& shape, const Image& image) const {
    return std::any_of(shape.enums.begin(), shape.enums.end(), [&](std::size_t i) {
        return image.has(i) && refused_by_strict(image.row.values[i], shape.columns[i]);
    });
}

void RowSql::append(std::span<const Change> changes, const TableShape& shape, std::string& out,
                    const std::function<void()>& end_of_statement) {
    if (changes.empty()) return;
    const bool forward = direction_ == Direction::kForward;
    const ChangeKind kind = turned(changes.front().kind, direction_);
    if (kind == ChangeKind::kInsert) return append_inserts(changes, shape, out, end_of_statement);
    for (const Change& change : changes) {
        if (kind == ChangeKind::kDelete) {
            read(change, !forward, shape, old_);
            // A delete's image is enough to find the row by; an insert's may lack defaults.
            if (!forward && !whole(shape, old_) && !keyed(shape, old_))
                refuse_incomplete(shape, "an INSERT");
            append_delete(shape, out);
        } else {
            read(change, !forward, shape, old_);
            read(change, forward, shape, new_);
            const bool refused = lax(shape, new_);
            if (refused) out += kLax;
            append_update(shape, out);
            if (refused) out += kStrict;
        }
        end_of_statement();
    }
}

/// The rows of one event become one statement, unless that would be a very long one.
void RowSql::append_inserts(std::span<const Change> changes, const TableShape& shape,
                            std::string& out, const std::function<void()>& end_of_statement) {
    const bool forward = direction_ == Direction::kForward;
    std::size_t next = 0;
    while (next < changes.size()) {
        const std::size_t begin = out.size();
        const bool many = changes.size() - next > 1;
        bool refused = false;
        for (bool first = true;
             first || (next < changes.size() && out.size() - begin < kLongestInsert);
             first = false, ++next) {
            // Backward, the last row that went comes back first.
            const auto& change = forward ? changes[next] : changes[changes.size() - 1 - next];
            read(change, forward, shape, new_);
            if (!forward && !whole(shape, new_)) refuse_incomplete(shape, "a DELETE");
            refused = refused || lax(shape, new_);
            if (first) append_insert_head(shape, new_, out);
            out += !first ? ",\n  " : many ? "\n  " : " ";
            append_row(shape, new_, out);
        }
        out += ";\n";
        if (refused) {
            out.insert(begin, kLax);
            out += kStrict;
        }
        end_of_statement();
    }
}

void RowSql::append_insert_head(const TableShape& shape, const Image& image,
                                std::string& out) const {
    out += "INSERT INTO ";
    out += shape.name;
    out += " (";
    bool first = true;
    for (std::size_t i = 0; i < shape.columns.size(); ++i) {
        if (!image.has(i) || shape.columns[i].generated) continue;
        if (!first) out += ", ";
        first = false;
        out += shape.columns[i].name;
    }
    out += ") VALUES";
}

void RowSql::append_row(const TableShape& shape, const Image& image, std::string& out) {
    out += '(';
    bool first = true;
    for (std::size_t i = 0; i < shape.columns.size(); ++i) {
        if (!image.has(i) || shape.columns[i].generated) continue;
        if (!first) out += ", ";
        first = false;
        append_value(out, image.row.values[i], shape.columns[i]);
    }
    out += ')';
}

/// Sets what changed, and dates in any case: ON UPDATE CURRENT_TIMESTAMP would set them otherwise.
void RowSql::append_update(const TableShape& shape, std::string& out) {
    out += "UPDATE ";
    out += shape.name;
    out += " SET ";
    bool first = true;
    for (std::size_t i = 0; i < shape.columns.size(); ++i) {
        const auto& column = shape.columns[i];
        if (column.generated) continue;
        if (!new_.has(i)) {
            // Forward, what the log leaves out has not changed. Backward it may have.
            if (direction_ == Direction::kBackward && old_.has(i))
                refuse_incomplete(shape, "an UPDATE");
            continue;
        }
        if (only_differences(new_.row, i)) continue;
        const bool unchanged = old_.has(i) && same(old_.row.values[i], new_.row.values[i]);
        if (unchanged && !column.may_change_itself) continue;
        if (!first) out += ", ";
        first = false;
        out += column.assignment;
        append_value(out, new_.row.values[i], column);
    }
    if (!new_.row.json_diffs.empty()) {
        if (!first) out += ", ";
        first = false;
        append_changed_documents(shape, out);
    }
    if (first) out += fmt::format("{0} = {0}", shape.columns.front().name);  // nothing changed
    append_where(shape, old_, out);
}

/// Documents of which neither image has the old form: the row that is updated has it.
void RowSql::append_changed_documents(const TableShape& shape, std::string& out) const {
    bool first = true;
    for (const auto& [column, differences] : new_.row.json_diffs) {
        const auto& name = shape.columns[column].name;
        const auto document = binlog::with_json_diffs(name, differences);
        if (!document) throw std::runtime_error(shape.name + ": " + document.error());
        if (!first) out += ", ";
        first = false;
        out += name + " = " + *document;
    }
}

void RowSql::append_delete(const TableShape& shape, std::string& out) {
    out += "DELETE FROM ";
    out += shape.name;
    append_where(shape, old_, out);
}

bool RowSql::whole(const TableShape& shape, const Image& image) {
    for (std::size_t i = 0; i < shape.columns.size(); ++i)
        if (!image.has(i) && !shape.columns[i].generated) return false;
    return true;
}

bool RowSql::keyed(const TableShape& shape, const Image& image) {
    return !shape.key.empty() && std::all_of(shape.key.begin(), shape.key.end(),
                                             [&](std::size_t i) { return image.has(i); });
}

/// By the key where one is known and logged; else by every logged column, and one row only: rows
/// that are the same in all columns cannot be told apart, so any of them will do.
void RowSql::append_where(const TableShape& shape, const Image& image, std::string& out) {
    out += " WHERE ";
    bool first = true;
    if (keyed(shape, image)) {
        for (const std::size_t i : shape.key) {
            if (!first) out += " AND ";
            first = false;
            append_key_match(out, image.row.values[i], shape.columns[i]);
        }
        out += ";\n";
        return;
    }
    for (std::size_t i = 0; i < shape.columns.size(); ++i) {
        if (!image.has(i) || shape.columns[i].generated) continue;
        if (!first) out += " AND ";
        first = false;
        append_exact_match(out, image.row.values[i], shape.columns[i]);
    }
    out += " LIMIT 1;\n";
}

}  // namespace wisp::extract
