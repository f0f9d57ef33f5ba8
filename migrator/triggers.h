// SPDX-License-Identifier: Apache-2.0
// --include-triggers: the source's triggers, made again on the ghost under other names, since a
// trigger's name is unique in its schema. They must not fire for what we write, so they are made
// behind the cut-over's lock, after the last write and before the rename; that this will succeed is
// tried on the empty ghost. Main thread.
#pragma once

#include <string>
#include <vector>

#include "migrator/options.h"
#include "migrator/plan.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::migrator {

/// The names of a table's triggers, in the order in which they fire.
[[nodiscard]] std::vector<std::string> trigger_names(mysql::Connection& connection,
                                                     const sql::TableName& table);

/// The triggers of the source in the order in which they fire. Throws Refusal for one that cannot
/// be made on the ghost: its new name is taken or too long, or it is of an unknown kind.
[[nodiscard]] std::vector<Trigger> read_triggers(mysql::Connection& connection, const Plan& plan,
                                                 const TriggerNaming& naming);

/// Makes them on `ghost`, which is the ghost under one of its two names.
void create_triggers(mysql::Connection& connection, const Plan& plan, const sql::TableName& ghost);

/// Drops what of them stands on the ghost, under either of its names.
void drop_triggers(mysql::Connection& connection, const Plan& plan);

/// Drops all that stand on the ghost, under either of its names: those of an earlier run, made from
/// triggers that the table may not have any more.
void clear_triggers(mysql::Connection& connection, const TableNames& names);

/// Makes them on the empty ghost, compares, drops them again. Throws Refusal with what the server
/// said, or with what of a trigger would not be the same.
void try_triggers(mysql::Connection& connection, const Plan& plan);

/// Throws Refusal if the source's triggers are not those of the plan any more.
void demand_same_triggers(mysql::Connection& connection, const Plan& plan);

}  // namespace wisp::migrator
