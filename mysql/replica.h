// SPDX-License-Identifier: Apache-2.0
// What a server says about its binlog and its replication, in either dialect, as one struct each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wisp::mysql {

class Connection;

struct BinlogStatus {
    std::string file;
    std::uint64_t offset = 0;
    // MySQL: Executed_Gtid_Set, MariaDB: @@gtid_binlog_pos. Read just before file and offset, and
    // (MySQL) without what is in the binlog and not yet committed: so it may be a few transactions
    // behind them, never ahead.
    std::string gtid_set;
    std::string only_databases;  // binlog_do_db, binlog_ignore_db: "shop,blog", empty: no such
    std::string left_databases;  // filter. With format ROW they go by the table's own schema
};
/// Are changes of the schema's tables in the binlog?
[[nodiscard]] bool logs_schema(const BinlogStatus& status, std::string_view schema);

/// A replication filter as the status shows it: "Replicate_Ignore_Table", "shop.a,shop.b".
struct ReplicaFilter {
    std::string name;
    std::string rule;
};

struct ReplicaStatus {
    std::string source_host;
    std::uint16_t source_port = 0;
    bool io_running = false;
    bool sql_running = false;
    std::optional<std::uint64_t> seconds_behind;  // nullopt: unknown (NULL)
    std::string last_error;
    std::string channel;     // MySQL: Channel_Name, MariaDB: Connection_name; "" is the default one
    unsigned sql_error = 0;  // Last_SQL_Errno: why the SQL thread stopped; 0 if it did not fail
    std::string sql_error_text;          // Last_SQL_Error
    std::uint64_t delay = 0;             // seconds, SQL_Delay: how late it is meant to be
    std::uint64_t source_id = 0;         // server_id of the source, 0 before the first contact
    std::string source_uuid;             // MySQL only; empty before the first contact
    std::vector<ReplicaFilter> filters;  // those that are set

    // How far it is, in the source's coordinates: applied, and received into the relay log.
    std::string applied_file;
    std::uint64_t applied_offset = 0;
    std::string received_file;
    std::uint64_t received_offset = 0;
    // MySQL: Executed_Gtid_Set and Retrieved_Gtid_Set. MariaDB: @@gtid_slave_pos and Gtid_IO_Pos.
    std::string applied_gtid_set;
    std::string received_gtid_set;
    bool by_gtid = false;  // auto position; MariaDB: Using_Gtid is not "No"
};

/// Where the binlog ends now; nullopt if the server writes none.
[[nodiscard]] std::optional<BinlogStatus> binlog_status(Connection& connection);
/// One entry a replication channel; empty if this server replicates from nobody.
[[nodiscard]] std::vector<ReplicaStatus> replica_status(Connection& connection);
/// A replica as it registered with the server it reads from.
struct Registered {
    std::uint32_t server_id = 0;
    std::string host;  // its report_host; empty if it has none
    std::uint16_t port = 0;
};
/// The replicas that read this server's binlog now, and other programs that registered as such.
[[nodiscard]] std::vector<Registered> registered_replicas(Connection& connection);
/// Hosts of the clients that read this server's binlog now, each once. Needs the right PROCESS.
[[nodiscard]] std::vector<std::string> dump_clients(Connection& connection);
/// server_id values of the replicas registered with this server, to choose one nobody uses.
[[nodiscard]] std::vector<std::uint32_t> replica_server_ids(Connection& connection);

}  // namespace wisp::mysql
