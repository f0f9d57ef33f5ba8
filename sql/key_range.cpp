// SPDX-License-Identifier: Apache-2.0
#include "sql/key_range.h"

#include <string_view>

#include "base/check.h"
#include "sql/identifier.h"

namespace wisp::sql {
namespace {

std::string compare(const std::string& column, std::string_view op, const std::string& literal) {
    return quote(column) + " " + std::string(op) + " " + literal;
}

/// (a > x) OR (a = x AND b > y) OR (a = x AND b = y AND c > z); `last` compares the last column.
std::string alternatives(Names columns, Literals bound, std::string_view strict,
                         std::string_view last) {
    std::string out;
    std::string equal_so_far;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (i != 0) out += " OR ";
        const bool at_end = i + 1 == columns.size();
        out += "(" + equal_so_far + compare(columns[i], at_end ? last : strict, bound[i]) + ")";
        equal_so_far += compare(columns[i], "=", bound[i]) + " AND ";
    }
    return out;
}

std::string bounded(Names columns, Literals bound, std::string_view strict, std::string_view last,
                    RangeForm form) {
    WISP_CHECK(!columns.empty() && columns.size() == bound.size(), "a literal for each key column");
    std::string all = alternatives(columns, bound, strict, last);
    if (columns.size() == 1) return all;
    if (form == RangeForm::kPlain) return "(" + all + ")";
    const std::string loose = std::string(strict) + "=";
    return "(" + compare(columns[0], loose, bound[0]) + " AND (" + all + "))";
}

}  // namespace

std::string greater_than(Names columns, Literals bound, RangeForm form) {
    return bounded(columns, bound, ">", ">", form);
}

std::string greater_or_equal(Names columns, Literals bound, RangeForm form) {
    return bounded(columns, bound, ">", ">=", form);
}

std::string less_than(Names columns, Literals bound, RangeForm form) {
    return bounded(columns, bound, "<", "<", form);
}

std::string less_or_equal(Names columns, Literals bound, RangeForm form) {
    return bounded(columns, bound, "<", "<=", form);
}

std::string equal_to(Names columns, Literals values) {
    WISP_CHECK(!columns.empty() && columns.size() == values.size(),
               "a literal for each key column");
    std::string out = "(";
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (i != 0) out += " AND ";
        out += compare(columns[i], "=", values[i]);
    }
    return out + ")";
}

std::string column_list(Names columns) {
    return order_by(columns, false);
}

std::string order_by(Names columns, bool descending) {
    std::string out;
    for (const std::string& column : columns) {
        if (!out.empty()) out += ", ";
        out += quote(column);
        if (descending) out += " DESC";
    }
    return out;
}

}  // namespace wisp::sql
