// SPDX-License-Identifier: Apache-2.0
// Column comparison: when are two values of one column the same, bit by bit, in SQL. The operator
// <=> alone is not it: it goes by collation, and calls -0 and 0 equal.
#pragma once

#include <string>

#include "migrator/plan.h"

namespace wisp::migrator {

/// True if the ghost's column holds every value of the source's as it is, so that both can be
/// compared as they stand.
[[nodiscard]] bool keeps_values(const MappedColumn& column);

/// An expression that is 1 if the values differ, else 0, never NULL. `converted`: `source` is a
/// prefix of rows that are in the ghost's types and under its names already.
[[nodiscard]] std::string differs(const MappedColumn& column, bool converted,
                                  const std::string& source, const std::string& ghost);

}  // namespace wisp::migrator
