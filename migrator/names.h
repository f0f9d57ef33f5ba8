// SPDX-License-Identifier: Apache-2.0
// Names of the tables one migration makes.
#pragma once

#include <string_view>

#include "migrator/plan.h"

namespace wisp::migrator {

/// `old_timestamp`: "20260102030405" for --timestamp-old-table, else empty.
[[nodiscard]] TableNames table_names(const sql::TableName& source, std::string_view old_timestamp);

}  // namespace wisp::migrator
