// SPDX-License-Identifier: Apache-2.0
// What the statements share that move rows from source to ghost: the copiers' INSERT and the
// applier's, of rows that the binlog tells and of those it does not tell in full.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "migrator/plan.h"
#include "mysql/connection.h"

namespace wisp::migrator {

/// " (`a`, …) SELECT `a`, … FROM source FORCE INDEX (key) WHERE ", to stand behind INSERT INTO
/// ghost.
[[nodiscard]] std::string columns_from_source(const Plan& plan);

/// "`a`,`b`,…": the ghost's columns that are written, in the order of columns_from_source().
[[nodiscard]] std::string columns_of_ghost(const Plan& plan);

/// "DELETE FROM ghost WHERE condition".
[[nodiscard]] std::string delete_from_ghost(const Plan& plan, const std::string& condition);

/// The name of the ghost's index over the migration key. Throws Refusal if it has none any more.
[[nodiscard]] std::string ghost_key_name(const Plan& plan);

/// Bytes of one statement: well below any max_allowed_packet.
inline constexpr std::size_t kStatementBytes = 1U << 20U;

/// "ghost.`k` = source.`k` AND …": the same row in both tables, by the server's equality, and by
/// bytes where the ghost's key compares otherwise. The prefixes are "", "s.", "`table`.", …
[[nodiscard]] std::string same_key(const Plan& plan, const std::string& source,
                                   const std::string& ghost);
/// "(`k` = literal AND …)" on the ghost's key columns; `exact`: the bytes must be the same as well.
[[nodiscard]] std::string key_condition(const Plan& plan, const std::vector<std::string>& literals,
                                        bool exact);
/// " ON DUPLICATE KEY UPDATE k = k", to stand behind an INSERT into the ghost. Not IGNORE, which
/// would turn conversion errors into warnings: a row that is there already (by any unique key) is
/// left as it is, everything else stays strict.
[[nodiscard]] std::string keep_what_is_there(const Plan& plan);
/// A row that was not inserted may be kept out by another key than the migration key.
[[nodiscard]] bool has_other_unique_keys(const Plan& plan);
/// Executes without strict mode, which refuses to write the ENUM error value '' that a lenient
/// session once stored in these columns. Throws Refusal if any other value did not fit: strict mode
/// would not have let it.
mysql::Executed write_lenient(mysql::Connection& connection, const std::string& statement,
                              const std::vector<std::string>& columns, const Plan& plan);

/// A text column whose collation the ALTER changes.
[[nodiscard]] bool compares_otherwise(const MappedColumn& column);

/// Throws Refusal if the statement just run gave warnings, or notes, and the plan does not allow
/// them. Not after write_lenient(): there the source holds what the server warns of.
void refuse_warnings(mysql::Connection& connection, const mysql::Executed& done, const Plan& plan);

}  // namespace wisp::migrator
