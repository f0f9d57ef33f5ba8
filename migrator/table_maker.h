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
    bool drop_ghost = false;     // --initially-drop-ghost-table
    bool drop_old = false;       // --initially-drop-old-table
    bool keep_old = false;       // a preview: an old table is not in its way, and holds rows
    bool drop_changelog = true;  // else this run makes none: it is one of the primary's
    bool keep_ghost = false;     // a resumed run goes on with it, and with its checkpoint
    bool reverts = false;        // the old table has another name, and is never dropped
};

/// Tables of an earlier run: dropped as the policy allows, else Refusal with what to pass.
/// A changelog of ours holds nothing of value and is always dropped.
void clear_leftovers(mysql::Connection& connection, const TableNames& names, LeftoverPolicy policy);

/// Throws Refusal if a leftover is in the way, before anything is touched.
void check_leftovers(mysql::Connection& connection, const TableNames& names, LeftoverPolicy policy);

/// Creates changelog, ghost and checkpoint table and alters the ghost. On an error drops what was
/// made, then throws.
void make_tables(mysql::Connection& connection, const Plan& plan);
/// Creates the changelog alone.
void make_changelog(mysql::Connection& connection, const Plan& plan);

/// Gives the ghost the source's AUTO_INCREMENT, unless the ALTER sets one: ids that were given out
/// and deleted again never reach the ghost, and the counter must not go back. `source` and `ghost`:
/// connections to where these are. Waits for whoever reads the ghost.
void carry_counter(mysql::Connection& source, mysql::Connection& ghost, const Plan& plan);

/// DROP TABLE IF EXISTS, never waiting long; for ghost, changelog and swap names.
void drop_table(mysql::Connection& connection, const sql::TableName& name);

/// Which of the run's ghost, changelog and checkpoint exist now, quoted.
[[nodiscard]] std::vector<std::string> tables_left(mysql::Connection& connection, const Plan& plan);

}  // namespace wisp::migrator
