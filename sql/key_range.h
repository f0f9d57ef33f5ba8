// SPDX-License-Identifier: Apache-2.0
// Conditions on composite keys without row constructors: (a, b) > (1, 2) is spelled out, because
// the servers do not use an index range for the row form. Columns are unquoted names in key order,
// literals are SQL text, one for each column. Pure text; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace wisp::sql {

enum class RangeForm : std::uint8_t {
    kPlain,    // (a > x) OR (a = x AND b > y)
    kIndexed,  // a >= x AND ((a > x) OR (a = x AND b > y)): a range on the first column always
};

using Names = std::span<const std::string>;
using Literals = std::span<const std::string>;

/// key > bound, key >= bound, key < bound, key <= bound, in parentheses.
[[nodiscard]] std::string greater_than(Names columns, Literals bound,
                                       RangeForm form = RangeForm::kIndexed);
[[nodiscard]] std::string greater_or_equal(Names columns, Literals bound,
                                           RangeForm form = RangeForm::kIndexed);
[[nodiscard]] std::string less_than(Names columns, Literals bound,
                                    RangeForm form = RangeForm::kIndexed);
[[nodiscard]] std::string less_or_equal(Names columns, Literals bound,
                                        RangeForm form = RangeForm::kIndexed);
/// (a = x AND b = y).
[[nodiscard]] std::string equal_to(Names columns, Literals values);

/// "`a`, `b`", for SELECT and INSERT lists.
[[nodiscard]] std::string column_list(Names columns);
/// "`a`, `b`", or "`a` DESC, `b` DESC"; to follow ORDER BY.
[[nodiscard]] std::string order_by(Names columns, bool descending = false);

}  // namespace wisp::sql
