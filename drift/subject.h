// SPDX-License-Identifier: Apache-2.0
// Subject: one table as a comparison sees it. It is a plan from the table to itself, so ranges,
// keys and names of keys are those of a migration.
#pragma once

#include <string>
#include <vector>

#include "migrator/plan.h"
#include "sql/table_def.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::drift {

struct Subject {
    migrator::Plan plan;   // source and ghost are both the table; columns without virtual ones
    bool has_key = false;  // else plan.key is empty: no unique key without NULLs
    std::string no_key;    // why
    /// Tables whose rows, when deleted or updated, change rows here that the log need not tell:
    /// foreign keys with CASCADE or SET NULL, over any number of steps.
    std::vector<sql::TableName> cascades_from;
    /// Why the table cannot be compared at all; empty if it can.
    std::string incomparable;

    [[nodiscard]] const sql::TableName& name() const { return plan.names.source; }
};

/// Asks the primary for the table's definition. Throws Refusal or mysql::Error.
[[nodiscard]] Subject make_subject(mysql::Connection& primary, const sql::TableName& name);

}  // namespace wisp::drift
