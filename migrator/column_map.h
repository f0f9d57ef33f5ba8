// SPDX-License-Identifier: Apache-2.0
// Column map: which source column feeds which ghost column and how its values convert. The server
// was the parser (the ALTER ran on the empty ghost); here both catalogues are compared.
#pragma once

#include "migrator/plan.h"

namespace wisp::migrator {

/// Takes each renamed column for one that is dropped, and the new name for a new column.
void drop_renamed_columns(sql::Alter& alter);

/// Fills plan.columns, plan.filled and plan.dropped from plan.source, plan.ghost and plan.alter.
/// Throws Refusal for a conversion that replay could not reproduce exactly as the copy does.
void map_columns(Plan& plan);

}  // namespace wisp::migrator
