// SPDX-License-Identifier: Apache-2.0
// Metadata clauses: the list of ALTER clauses that are known to change nothing but metadata on
// InnoDB, and recognising them. What is not on the list is not tried. No I/O.
#pragma once

#include <string>

#include "mysql/server_info.h"
#include "sql/alter_splitter.h"
#include "sql/table_def.h"

namespace wisp::migrator {

/// Empty if every clause is on the list; else the first one that is not, and why.
[[nodiscard]] std::string why_not_metadata(const sql::Alter& alter, const sql::Table& source,
                                           const mysql::ServerInfo& server);

}  // namespace wisp::migrator
