// SPDX-License-Identifier: Apache-2.0
// The replication filter by which a replica passes one table over, beside those it has already. The
// SQL thread must be stopped. One thread.
#pragma once

#include <string>

#include "mysql/replica.h"
#include "sql/table_def.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::replica {

/// The rule as the status shows it, "shop.a,shop.b"; empty if none is set.
[[nodiscard]] std::string ignored_tables(const mysql::ReplicaStatus& status);
/// A rule with one more table. Throws Problem for a table that the rule's notation cannot name.
[[nodiscard]] std::string with_table(const std::string& rule, const sql::TableName& table);
/// The statement that makes `rule` the whole rule of this channel. MySQL: CHANGE REPLICATION FILTER
/// (5.7.3; FOR CHANNEL 8.0.1), lost at a restart. MariaDB: @@replicate_ignore_table.
[[nodiscard]] std::string set_ignored_tables(mysql::Connection& replica, const std::string& channel,
                                             const std::string& rule);
/// Why the filters of this server cannot be changed while it runs, and what to do instead; empty if
/// they can.
[[nodiscard]] std::string why_filters_stay(const mysql::Connection& replica);
/// Why an ignore rule for this table would not work beside the filters that are set (a
/// replicate-do-table that names it comes first; sql/rpl_filter.cc tables_ok()); empty if it would.
[[nodiscard]] std::string why_not_ignorable(const mysql::ReplicaStatus& status,
                                            const sql::TableName& table);
/// True if the filters that are set keep this table's rows off the replica, or write them under
/// another name.
[[nodiscard]] bool filters_out(const mysql::ReplicaStatus& status, const sql::TableName& table);

}  // namespace wisp::replica
