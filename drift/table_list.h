// SPDX-License-Identifier: Apache-2.0
// Table list: which tables a server has of those asked for.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "drift/options.h"
#include "sql/table_def.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::drift {

using NameSet = std::set<std::pair<std::string, std::string>>;  // schema, table

/// Base tables in the databases asked for, or in all but the server's own. With a list of tables:
/// those of the list that are there.
[[nodiscard]] NameSet list_tables(mysql::Connection& server, const Options& options);
/// The tables that were named one by one; empty if none were.
[[nodiscard]] NameSet named_tables(const Options& options);

}  // namespace wisp::drift
