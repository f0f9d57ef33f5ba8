// SPDX-License-Identifier: Apache-2.0
// Key choice: which unique key, shared by source and ghost, copy and replay go by.
#pragma once

#include "migrator/plan.h"

namespace wisp::migrator {

/// Fills plan.key, plan.exact_key and plan.ghost_is_stricter; needs plan.columns. Throws Refusal
/// that names every key that was looked at and why it cannot be used.
void choose_key(Plan& plan);

/// Why the table's unique keys cannot carry a migration whatever the ALTER does; empty if one can.
/// `allow_nullable`: a key that can be NULL counts.
[[nodiscard]] std::string why_no_key(const sql::Table& table, bool allow_nullable = false);

}  // namespace wisp::migrator
