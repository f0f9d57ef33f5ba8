// SPDX-License-Identifier: Apache-2.0
// Lock holders: who stands in the way of a change of a table's definition, for messages.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mysql/connection.h"
#include "sql/table_def.h"

namespace wisp::migrator {

/// Other sessions with a lock on the table's metadata. Empty if there are none or the server does
/// not tell. Throws mysql::Error when the connection is lost.
[[nodiscard]] std::vector<std::uint64_t> lock_holder_ids(mysql::Connection& connection,
                                                         const sql::TableName& table);
/// The same, and where that says nothing, sessions with an open transaction: any of them may hold
/// the lock.
[[nodiscard]] std::vector<std::uint64_t> likely_holder_ids(mysql::Connection& connection,
                                                           const sql::TableName& table);
/// "; it is held by session 17, 23": other sessions with a lock on the table's metadata. Empty if
/// there are none or the server does not tell. Throws mysql::Error when the connection is lost.
[[nodiscard]] std::string lock_holders(mysql::Connection& connection, const sql::TableName& table);

}  // namespace wisp::migrator
