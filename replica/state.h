// SPDX-License-Identifier: Apache-2.0
// What a replica says of itself: its one source, how far it is, whether it is broken, and on which
// table. One thread.
#pragma once

#include <optional>
#include <string>

#include "mysql/replica.h"
#include "sql/table_def.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::replica {

/// The status of the only replication channel. Throws Problem for a server that replicates from
/// nobody or from several, mysql::Error.
[[nodiscard]] mysql::ReplicaStatus only_channel(mysql::Connection& replica);

/// Throws Problem unless `status` is of a replica of `primary` itself: by the source's server_uuid
/// (MySQL) or server_id (MariaDB), by host and port before their first contact.
void demand_source(const mysql::ReplicaStatus& status, mysql::Connection& replica,
                   mysql::Connection& primary);

/// host:port that the replica replicates from. Another one later on: somebody has given it another
/// source.
[[nodiscard]] std::string source_of(const mysql::ReplicaStatus& status);

/// Why the SQL thread has stopped with an error.
struct Breakage {
    /// 1032 no such row, 1062 duplicate, 1146 no such table, 1535, 1677 and 13146 other columns;
    /// any other number is nothing of a table's drift. 0 = not broken.
    unsigned error = 0;
    std::string text;  // the worker's own words where they can be had
    /// The error is one that a drifted or missing table makes.
    [[nodiscard]] bool of_a_table() const;
};
/// MySQL's parallel applier tells the table only in performance_schema
/// (replication_applier_status_by_worker, MySQL 9.7 manual 29.12.11); where that is off, `text` is
/// the coordinator's, which names none.
[[nodiscard]] Breakage breakage(mysql::Connection& replica, const mysql::ReplicaStatus& status);
/// Does the text of the error name this table? Nullopt: it names none.
[[nodiscard]] std::optional<bool> names_table(const Breakage& breakage,
                                              const sql::TableName& table);

}  // namespace wisp::replica
