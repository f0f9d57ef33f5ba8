// SPDX-License-Identifier: Apache-2.0
// Inspector: information_schema → sql::Table, on any server of either family.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/table_def.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::migrator {

/// What stands under a name.
enum class Relation : std::uint8_t { kNone, kTable, kView, kOther };
[[nodiscard]] Relation relation(mysql::Connection& connection, const sql::TableName& name);

/// Columns, keys, options and SHOW CREATE TABLE of a base table. Throws Refusal if there is none.
[[nodiscard]] sql::Table inspect_table(mysql::Connection& connection, const sql::TableName& name);

}  // namespace wisp::migrator
