// SPDX-License-Identifier: Apache-2.0
#include "migrator/server_strain.h"

#include "mysql/connection.h"
#include "mysql/error.h"

namespace wisp::migrator {
namespace {

std::optional<std::uint64_t> mysql_history_length(mysql::Connection& connection) {
    // Needs the right PROCESS (MySQL 8.4 manual, "The INFORMATION_SCHEMA INNODB_METRICS Table").
    try {
        const auto rows = connection.query(
            "SELECT COUNT FROM information_schema.INNODB_METRICS WHERE NAME ="
            " 'trx_rseg_history_len' AND STATUS = 'enabled'");
        if (!rows.empty() && !rows[0].is_null(0)) return rows[0].number(0);
    } catch (const mysql::Error& error) {
        if (!error.connection_usable()) throw;
    }
    return std::nullopt;
}

}  // namespace

ServerStrain read_strain(mysql::Connection& connection) {
    ServerStrain strain;
    try {
        const auto rows = connection.query(
            "SHOW GLOBAL STATUS WHERE Variable_name IN ('Innodb_row_lock_waits', 'Queries',"
            " 'Innodb_history_list_length')");
        strain.our_statements =
            mysql::statements_sent(connection.endpoint());  // our other threads go on sending
        for (const auto& row : rows) {
            const auto name = row[0];
            if (name == "Innodb_row_lock_waits") strain.row_lock_waits = row.number(1);
            if (name == "Queries") strain.statements = row.number(1);
            if (name == "Innodb_history_list_length") strain.history_length = row.number(1);
        }
    } catch (const mysql::Error& error) {
        if (!error.connection_usable()) throw;
    }
    if (!connection.server().mariadb()) strain.history_length = mysql_history_length(connection);
    return strain;
}

}  // namespace wisp::migrator
