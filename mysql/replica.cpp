// SPDX-License-Identifier: Apache-2.0
#include "mysql/replica.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <set>
#include <string_view>

#include "mysql/connection.h"
#include "mysql/process_list.h"

namespace wisp::mysql {
namespace {

// The statements of each dialect. MySQL 8.0.22 and 8.2 brought new words, 8.4 dropped the old ones
// (1064). MariaDB understands both for some; the old ones work in every version.
const char* binlog_status_sql(const ServerInfo& server) {
    return server.says_binary_log_status() ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS";
}

const char* replica_status_sql(const ServerInfo& server) {
    if (server.mariadb()) return "SHOW ALL SLAVES STATUS";  // SHOW SLAVE STATUS: one channel only
    return server.says_replica() ? "SHOW REPLICA STATUS" : "SHOW SLAVE STATUS";
}

const char* replicas_sql(const ServerInfo& server) {
    return server.says_replica() ? "SHOW REPLICAS" : "SHOW SLAVE HOSTS";
}

// One row of a status, its columns asked for by the names they have in any dialect.
class Fields {
  public:
    Fields(const Result& result, const Row& row) : result_(result), row_(row) {}

    using Names = std::initializer_list<std::string_view>;

    [[nodiscard]] std::optional<std::string> optional_text(Names names) const {
        for (const std::string_view name : names) {
            if (const auto i = result_.column(name)) return row_.optional_text(*i);
        }
        return std::nullopt;
    }
    [[nodiscard]] std::string text(Names names) const { return optional_text(names).value_or(""); }
    [[nodiscard]] std::optional<std::uint64_t> number(Names names) const {
        const auto digits = optional_text(names);
        std::uint64_t value = 0;
        if (!digits) return std::nullopt;
        const char* end = digits->data() + digits->size();
        if (std::from_chars(digits->data(), end, value).ptr != end) return std::nullopt;
        return value;
    }
    [[nodiscard]] bool says(Names names, std::string_view value) const {
        return text(names) == value;
    }
    // MySQL breaks a GTID set into lines.
    [[nodiscard]] std::string gtid_set(Names names) const {
        std::string set = text(names);
        std::erase(set, '\n');
        return set;
    }

  private:
    const Result& result_;
    const Row& row_;
};

std::string last_error(const Fields& fields) {
    const std::string apply = fields.text({"Last_SQL_Error"});
    const std::string receive = fields.text({"Last_IO_Error"});
    if (apply.empty() || receive.empty()) return apply + receive;
    return fmt::format("{}; {}", apply, receive);
}

std::vector<ReplicaFilter> filters(const Fields& fields) {
    std::vector<ReplicaFilter> set;
    for (const char* name :
         {"Replicate_Do_DB", "Replicate_Ignore_DB", "Replicate_Do_Table", "Replicate_Ignore_Table",
          "Replicate_Wild_Do_Table", "Replicate_Wild_Ignore_Table", "Replicate_Rewrite_DB"}) {
        std::string rule = fields.text({name});
        if (!rule.empty()) set.push_back({name, std::move(rule)});
    }
    return set;
}

ReplicaStatus channel_status(const Fields& fields) {
    ReplicaStatus status;
    status.source_host = fields.text({"Source_Host", "Master_Host"});
    status.source_port =
        static_cast<std::uint16_t>(fields.number({"Source_Port", "Master_Port"}).value_or(0));
    // Also "Connecting" and, on MariaDB, "Preparing": not running yet.
    status.io_running = fields.says({"Replica_IO_Running", "Slave_IO_Running"}, "Yes");
    status.sql_running = fields.says({"Replica_SQL_Running", "Slave_SQL_Running"}, "Yes");
    status.seconds_behind = fields.number({"Seconds_Behind_Source", "Seconds_Behind_Master"});
    status.last_error = last_error(fields);
    status.channel = fields.text({"Channel_Name", "Connection_name"});
    status.sql_error = static_cast<unsigned>(fields.number({"Last_SQL_Errno"}).value_or(0));
    status.sql_error_text = fields.text({"Last_SQL_Error"});
    status.delay = fields.number({"SQL_Delay"}).value_or(0);
    status.source_id = fields.number({"Source_Server_Id", "Master_Server_Id"}).value_or(0);
    status.source_uuid = fields.text({"Source_UUID", "Master_UUID"});
    status.filters = filters(fields);
    status.applied_file = fields.text({"Relay_Source_Log_File", "Relay_Master_Log_File"});
    status.applied_offset =
        fields.number({"Exec_Source_Log_Pos", "Exec_Master_Log_Pos"}).value_or(0);
    status.received_file = fields.text({"Source_Log_File", "Master_Log_File"});
    status.received_offset =
        fields.number({"Read_Source_Log_Pos", "Read_Master_Log_Pos"}).value_or(0);
    status.applied_gtid_set = fields.gtid_set({"Executed_Gtid_Set", "Gtid_Slave_Pos"});
    status.received_gtid_set = fields.gtid_set({"Retrieved_Gtid_Set", "Gtid_IO_Pos"});
    const std::string mariadb_mode = fields.text({"Using_Gtid"});
    status.by_gtid =
        mariadb_mode.empty() ? fields.says({"Auto_Position"}, "1") : mariadb_mode != "No";
    return status;
}

}  // namespace

std::optional<BinlogStatus> binlog_status(Connection& connection) {
    BinlogStatus status;
    if (connection.server().mariadb()) {
        status.gtid_set = connection.scalar("SELECT @@GLOBAL.gtid_binlog_pos").value_or("");
    }
    const Result result = connection.query(binlog_status_sql(connection.server()));
    if (result.empty()) return std::nullopt;
    const Fields fields(result, result[0]);
    status.file = fields.text({"File"});
    status.offset = fields.number({"Position"}).value_or(0);
    if (!connection.server().mariadb()) status.gtid_set = fields.gtid_set({"Executed_Gtid_Set"});
    status.only_databases = fields.text({"Binlog_Do_DB"});
    status.left_databases = fields.text({"Binlog_Ignore_DB"});
    return status;
}

bool logs_schema(const BinlogStatus& status, std::string_view schema) {
    const auto names = [&](const std::string& list) {
        return ("," + list + ",").find(fmt::format(",{},", schema)) != std::string::npos;
    };
    // MySQL 9.7 manual, "Evaluation of Database-Level Replication and Binary Logging Options".
    if (!status.only_databases.empty()) return names(status.only_databases);
    return !names(status.left_databases);
}

std::vector<ReplicaStatus> replica_status(Connection& connection) {
    std::vector<ReplicaStatus> channels;
    const Result result = connection.query(replica_status_sql(connection.server()));
    for (const Row& row : result) channels.push_back(channel_status(Fields(result, row)));
    return channels;
}

std::vector<Registered> registered_replicas(Connection& connection) {
    std::vector<Registered> replicas;
    const Result result = connection.query(replicas_sql(connection.server()));
    for (const Row& row : result) {
        const Fields fields(result, row);
        const auto id = fields.number({"Server_Id"});
        if (!id) continue;
        replicas.push_back({static_cast<std::uint32_t>(*id), fields.text({"Host"}),
                            static_cast<std::uint16_t>(fields.number({"Port"}).value_or(0))});
    }
    return replicas;
}

std::vector<std::string> dump_clients(Connection& connection) {
    std::set<std::string> hosts;
    for (const Process& process : process_list(connection)) {
        const auto colon = process.host.rfind(':');
        if (process.command.starts_with("Binlog Dump") && colon != std::string::npos)
            hosts.insert(process.host.substr(0, colon));
    }
    return {hosts.begin(), hosts.end()};
}

std::vector<std::uint32_t> replica_server_ids(Connection& connection) {
    std::vector<std::uint32_t> ids;
    for (const Registered& replica : registered_replicas(connection))
        ids.push_back(replica.server_id);
    return ids;
}

}  // namespace wisp::mysql
