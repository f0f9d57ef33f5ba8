// SPDX-License-Identifier: Apache-2.0
// Revert: a migration that is over is taken back, with the writes made since. The table as it was,
// which the swap left beside the new one, is the ghost: it has its rows already, so nothing is
// copied; what the binlog holds since the swap is replayed, and both are swapped again. Columns
// that only it has keep their values. docs/revert.md.
#pragma once

#include <string>

#include "migrator/checkpoint.h"
#include "migrator/plan.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::migrator {

/// The names of a revert: `old_table` is the ghost, and the table that goes is `_T_rev_del`. Throws
/// Refusal if one of the other tables would get the old table's name.
[[nodiscard]] TableNames names_of_revert(const TableNames& names, const std::string& old_table);

/// What the run has left whose swap is taken back, with everything copied and nothing compared.
/// Throws Refusal unless both tables are as that run left them. `any_foreign_keys`: the operator
/// wants none looked for.
[[nodiscard]] Checkpoint find_swap(mysql::Connection& writer, const Plan& plan,
                                   bool any_foreign_keys);

/// What else can be done when the binlog is gone.
inline constexpr const char* kRevertImpossible =
    "the migration can no longer be taken back; both tables stay as they are";

/// The ALTER that leads from the table as it is back to the ghost, as far as columns go: what the
/// migration fed from the one to the other, and nothing else. Throws Refusal if that is not clear.
[[nodiscard]] sql::Alter way_back(const Checkpoint& swap, const sql::Table& source,
                                  const sql::Table& ghost);

/// Of a plan with its columns and key: which columns keep their values, which can be compared.
/// Throws Refusal for what cannot be taken back.
void plan_revert(Plan& plan);

/// What a revert of the plan does and loses, a sentence a line; for people.
[[nodiscard]] std::string describe_revert(const Plan& plan, const Checkpoint& swap);

}  // namespace wisp::migrator
