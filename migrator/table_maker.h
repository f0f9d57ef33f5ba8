// SPDX-License-Identifier: Apache-2.0
// Table maker: creates ghost and changelog, runs the ALTER on the empty ghost, drops what is ours.
#pragma once

#include <string>
#include <vector>

#include "migrator/plan.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::migrator {

struct LeftoverPolicy {
    bool drop_ghost = false;  // --initially-drop-ghost-table
    bool drop_old = false;    // --initially-drop-old-table
};

/// Tables of an earlier run: dropped as the policy allows, else Refusal with what to pass.
/// The changelog holds nothing of value and is always dropped.
void clear_leftovers(mysql::Connection& connection, const TableNames& names, LeftoverPolicy policy);

/// Throws Refusal if a leftover is in the way, before anything is touched.
void check_leftovers(mysql::Connection& connection, const TableNames& names, LeftoverPolicy policy);

/// Creates changelog and ghost and alters the ghost. On an error drops both again, then throws.
void make_tables(mysql::Connection& connection, const Plan& plan);

/// DROP TABLE IF EXISTS, never waiting long; for ghost, changelog and swap names.
void drop_table(mysql::Connection& connection, const sql::TableName& name);

/// Which of ghost and changelog exist now, quoted.
[[nodiscard]] std::vector<std::string> tables_left(mysql::Connection& connection,
                                                   const TableNames& names);

}  // namespace wisp::migrator
