// SPDX-License-Identifier: Apache-2.0
// Columns of tables that have one of every kind, with the values at the edges of each.
#pragma once

#include <string>
#include <vector>

#include "mysql/connection.h"
#include "tests/db/random_values.h"

namespace wisp::test {

struct TypeColumn {
    std::string type;
    std::vector<std::string> boundaries;  // the first rows; NULL comes by itself
    Generator random;
    std::string altered = {};  // the type after the test's ALTER, if it has one; empty: the same
};
using TypeColumns = std::vector<TypeColumn>;

/// TIME, DATETIME and TIMESTAMP with 0 to 6 digits. `earliest`: the first TIMESTAMP, which depends
/// on the session's time zone.
[[nodiscard]] TypeColumns clock_columns(const std::string& earliest);
/// CHAR, TEXT and VARCHAR in every character set of the server, as many at a time as MySQL 5.6 gets
/// into one table.
[[nodiscard]] std::vector<TypeColumns> text_columns(mysql::Connection& connection);

}  // namespace wisp::test
