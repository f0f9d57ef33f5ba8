// SPDX-License-Identifier: Apache-2.0
#include "replica/state.h"

#include <fmt/format.h>

#include "mysql/connection.h"
#include "mysql/error.h"
#include "replica/problem.h"

namespace wisp::replica {
namespace {

constexpr unsigned kNoSuchRow = 1032;
constexpr unsigned kDuplicate = 1062;
constexpr unsigned kNoSuchTable = 1146;
constexpr unsigned kOtherColumns = 1535;      // ER_BINLOG_ROW_WRONG_TABLE_DEF
constexpr unsigned kNotConverted = 1677;      // ER_SLAVE_CONVERSION_FAILED
constexpr unsigned kNotConvertedNew = 13146;  // the same since MySQL 8.0

/// The first failed worker's error; nullopt where performance_schema does not tell.
std::optional<Breakage> worker_breakage(mysql::Connection& replica, const std::string& channel) {
    try {
        const auto rows = replica.query(fmt::format(
            "SELECT LAST_ERROR_NUMBER, LAST_ERROR_MESSAGE FROM"
            " performance_schema.replication_applier_status_by_worker WHERE LAST_ERROR_NUMBER <> 0"
            " AND CHANNEL_NAME = {} ORDER BY LAST_ERROR_TIMESTAMP LIMIT 1",
            replica.quote(channel)));
        if (rows.empty()) return std::nullopt;
        return Breakage{static_cast<unsigned>(rows[0].number(0)), rows[0].text(1)};
    } catch (const mysql::Error& error) {
        if (!error.connection_usable()) throw;
        return std::nullopt;
    }
}

}  // namespace

mysql::ReplicaStatus only_channel(mysql::Connection& replica) {
    auto channels = mysql::replica_status(replica);
    if (channels.empty()) {
        throw Problem(fmt::format("{} replicates from nobody; name a replica of the primary",
                                  replica.endpoint().label()));
    }
    if (channels.size() > 1) {
        throw Problem(fmt::format(
            "{} replicates from {} sources; wisp works on replicas with one source only",
            replica.endpoint().label(), channels.size()));
    }
    if (replica.server().mariadb() && !channels.front().channel.empty()) {
        throw Problem(fmt::format(
            "{} replicates over the named connection '{}'; wisp works with the nameless one only",
            replica.endpoint().label(), channels.front().channel));
    }
    return std::move(channels.front());
}

void demand_source(const mysql::ReplicaStatus& status, mysql::Connection& replica,
                   mysql::Connection& primary) {
    const std::string named = source_of(status);
    const auto refuse = [&](const std::string& found, const std::string& wanted) {
        throw Problem(fmt::format(
            "{} replicates from {} ({}), not from {} ({}); name the server that it replicates from"
            " directly",
            replica.endpoint().label(), named, found, primary.endpoint().label(), wanted));
    };
    if (!status.source_uuid.empty() && primary.server().has_server_uuid()) {
        const auto uuid = primary.scalar("SELECT @@global.server_uuid").value_or("");
        if (uuid != status.source_uuid) refuse(status.source_uuid, uuid);
        return;
    }
    if (status.source_id != 0) {
        const auto id = primary.query("SELECT @@global.server_id")[0].number(0);
        if (id != status.source_id) {
            refuse(fmt::format("server_id {}", status.source_id), fmt::format("server_id {}", id));
        }
        return;
    }
    if (status.source_host != primary.endpoint().host ||
        status.source_port != primary.endpoint().port) {
        refuse("not connected yet", primary.endpoint().label());
    }
}

std::string source_of(const mysql::ReplicaStatus& status) {
    return fmt::format("{}:{}", status.source_host, status.source_port);
}

bool Breakage::of_a_table() const {
    for (const unsigned known :
         {kNoSuchRow, kDuplicate, kNoSuchTable, kOtherColumns, kNotConverted, kNotConvertedNew}) {
        if (error == known) return true;
    }
    return false;
}

Breakage breakage(mysql::Connection& replica, const mysql::ReplicaStatus& status) {
    if (status.sql_error == 0) return {};
    const bool asks_workers = !replica.server().mariadb() && replica.server().says_replica();
    if (asks_workers) {
        if (auto worker = worker_breakage(replica, status.channel)) return *worker;
    }
    return {status.sql_error, status.sql_error_text};
}

std::optional<bool> names_table(const Breakage& breakage, const sql::TableName& table) {
    // "… event on table shop.orders; Can't find record …", "Table 'shop.orders' doesn't exist";
    // sql/log_event.cc, sql/rpl_rli.cc (MySQL 9.7, MariaDB 10.11).
    const std::string name = table.schema + "." + table.table;
    const std::string& text = breakage.text;
    if (text.find(" on table " + name + ";") != std::string::npos ||
        text.find("'" + name + "'") != std::string::npos) {
        return true;
    }
    const bool tells = text.find(" on table ") != std::string::npos ||
                       text.find(" of table '") != std::string::npos ||
                       text.find("doesn't exist") != std::string::npos;
    return tells ? std::optional(false) : std::nullopt;
}

}  // namespace wisp::replica
