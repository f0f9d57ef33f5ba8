// SPDX-License-Identifier: Apache-2.0
#include "migrator/chunker.h"

#include <fmt/format.h>

#include <algorithm>

#include "mysql/connection.h"
#include "sql/identifier.h"
#include "sql/key_range.h"
#include "sql/literal.h"

namespace wisp::migrator {
namespace {

constexpr std::size_t kFirstRows = 2'000;
constexpr std::size_t kFewestRows = 100;
constexpr std::size_t kMostRows = 100'000;
constexpr std::size_t kSmallestPart = 8;  // of a full chunk, towards the end

/// How a key column is read so that literal_of() can give it back exactly.
std::string select_bound(const sql::Column& column, const std::string& prefix) {
    const std::string name = prefix + sql::quote(column.name);
    const std::string& type = column.data_type;
    if (!column.charset.empty() && type != "enum" && type != "set") return "HEX(" + name + ")";
    if (sql::is_binary_type(type)) return "HEX(" + name + ")";
    // By number: that is how these types are ordered.
    if (type == "set") return "(" + name + "|0)";  // + would make a DOUBLE of 64 members
    if (type == "enum" || type == "bit" || type == "year") return name + "+0";
    return name;
}

std::string literal_of(const sql::Column& column, std::string_view text) {
    const std::string& type = column.data_type;
    if (type == "enum" || type == "set" || type == "bit" || type == "year")
        return std::string(text);
    if (!column.charset.empty()) return fmt::format("_{} X'{}'", column.charset, text);
    if (sql::is_binary_type(type)) return fmt::format("_binary X'{}'", text);
    const bool number = sql::is_integer_type(type) || type == "decimal";
    return number ? std::string(text) : fmt::format("'{}'", text);
}

const sql::Column& key_column(const Plan& plan, std::size_t index, Side side) {
    return side == Side::kSource ? plan.columns[index].source : plan.columns[index].ghost;
}

}  // namespace

std::vector<std::string> key_columns(const Plan& plan, Side side) {
    std::vector<std::string> names;
    for (const auto i : plan.key.columns) names.push_back(key_column(plan, i, side).name);
    return names;
}

std::string key_select_list(const Plan& plan, const std::string& prefix, Side side) {
    std::string list;
    for (const auto i : plan.key.columns) {
        list += (list.empty() ? "" : ", ") + select_bound(key_column(plan, i, side), prefix);
    }
    return list;
}

std::vector<std::string> key_literals(const Plan& plan, const mysql::Row& row, Side side) {
    std::vector<std::string> literals;
    for (std::size_t i = 0; i < plan.key.columns.size(); ++i) {
        literals.push_back(literal_of(key_column(plan, plan.key.columns[i], side), row[i]));
    }
    return literals;
}

std::string range_condition(const Plan& plan, const Range& range, Side side) {
    if (!range.keys.empty()) return range.keys;
    const auto names = key_columns(plan, side);
    std::string condition;
    if (!range.after.empty()) condition = sql::greater_than(names, range.after);
    if (!range.up_to.empty()) {
        if (!condition.empty()) condition += " AND ";
        condition += sql::less_or_equal(names, range.up_to);
    }
    return condition.empty() ? "1=1" : condition;
}

std::optional<std::vector<std::string>> nth_key(mysql::Connection& connection, const Plan& plan,
                                                const Range& range, std::size_t n) {
    const auto rows = connection.query(
        fmt::format("SELECT {} FROM {} FORCE INDEX ({}) WHERE {} ORDER BY {} LIMIT 1 OFFSET {}",
                    key_select_list(plan, ""), sql::quote(plan.names.source),
                    sql::quote(plan.key.source_index_name), range_condition(plan, range),
                    sql::order_by(key_columns(plan)), n - 1));
    if (rows.empty()) return std::nullopt;
    return key_literals(plan, rows[0]);
}

Chunker::Chunker(const Plan& plan, std::size_t rows, std::chrono::milliseconds aim)
    : plan_(plan),
      steered_(rows == 0),
      aim_(aim),
      slice_(aim),
      rows_(rows == 0 ? kFirstRows : rows) {}

std::optional<Range> Chunker::next(mysql::Connection& connection) {
    if (gaps_.empty()) return std::nullopt;
    Gap& gap = gaps_.front();
    Range range{gap.span.after, gap.span.up_to, {}, number_, 0, {}, slice_rows(), gap.number};
    const std::size_t rows = next_rows();
    const auto up_to = nth_key(connection, plan_, range, rows);
    left_ -= std::min<std::uint64_t>(left_, rows);
    ++number_;
    if (up_to && *up_to != gap.span.up_to) {
        range.up_to = gap.span.after = *up_to;
    } else {
        gaps_.pop_front();
    }
    return range;
}

std::size_t Chunker::next_rows() const {
    if (!steered_ || left_ == 0) return rows_;
    const auto share = static_cast<std::size_t>(left_ / workers_);
    return std::min(rows_, std::max({share, rows_ / kSmallestPart, kFewestRows}));
}

std::size_t Chunker::slice_rows() const {
    if (!steered_ || slice_ >= aim_) return 0;
    return std::max(kFewestRows, rows_ * static_cast<std::size_t>(slice_.count()) /
                                     static_cast<std::size_t>(aim_.count()));
}

void Chunker::fix_rows(std::size_t rows) {
    steered_ = rows == 0;
    if (!steered_) rows_ = rows;
}

void Chunker::note(std::uint64_t rows, std::chrono::steady_clock::duration took) {
    if (!steered_) return;
    if (2 * rows < rows_ && 2 * took < aim_) return;  // small: tells what a statement costs
    // By what a row took: after a change of size, chunks of the old one still end on each worker.
    const double ratio =
        static_cast<double>(std::chrono::nanoseconds(aim_).count()) /
        std::max<double>(1.0,
                         static_cast<double>(
                             std::chrono::duration_cast<std::chrono::nanoseconds>(took).count()));
    const auto now = static_cast<double>(rows_);
    const double wanted = std::clamp(static_cast<double>(rows) * ratio, now / 2, now * 2);
    rows_ = std::clamp(static_cast<std::size_t>(wanted), kFewestRows, kMostRows);
}

}  // namespace wisp::migrator
