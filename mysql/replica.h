// SPDX-License-Identifier: Apache-2.0
// What a server says about its binlog and its replication, in either dialect, as one struct each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wisp::mysql {

class Connection;

struct BinlogStatus {
    std::string file;
    std::uint64_t offset = 0;
    // MySQL: Executed_Gtid_Set, of the same moment as file and offset. MariaDB: @@gtid_binlog_pos,
    // read just before them, so it may be a few transactions behind, never ahead.
    std::string gtid_set;
};

struct ReplicaStatus {
    std::string source_host;
    std::uint16_t source_port = 0;
    bool io_running = false;
    bool sql_running = false;
    std::optional<std::uint64_t> seconds_behind;  // nullopt: unknown (NULL)
    std::string last_error;
    std::string channel;  // MySQL: Channel_Name, MariaDB: Connection_name; "" is the default one

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
/// server_id values of the replicas registered with this server, to choose one nobody uses.
[[nodiscard]] std::vector<std::uint32_t> replica_server_ids(Connection& connection);

}  // namespace wisp::mysql
