// SPDX-License-Identifier: Apache-2.0
#include "migrator/row_format.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/log.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/replica.h"
#include "mysql/variable.h"
#include "replica/sql_thread.h"
#include "replica/state.h"

namespace wisp::migrator {

void switch_to_row_format(mysql::Connection& server, bool execute) {
    const std::string format = mysql::global_variable(server, "binlog_format");
    if (format.empty() || format == "ROW") return;
    const std::string where = server.endpoint().label();
    if (mysql::replica_status(server).empty()) {
        throw Refusal(fmt::format(
            "--switch-to-rbr: {} replicates from nobody, and sessions that are connected there"
            " would go on in {} format; SET GLOBAL binlog_format='ROW' and reconnect every session"
            " that writes",
            where, format));
    }
    const auto replicas = mysql::replica_server_ids(server);
    if (!replicas.empty()) {
        throw Refusal(fmt::format(
            "--switch-to-rbr: {} has replicas of its own (server ids {}), and what they can take is"
            " not known here; SET GLOBAL binlog_format='ROW' and restart its replication by hand,"
            " or name another replica",
            where, fmt::join(replicas, ", ")));
    }
    if (!execute) return;
    // MySQL refuses the change while the SQL thread runs (3747), MariaDB's goes on as it began.
    const bool runs = replica::only_channel(server).sql_running;
    if (runs) replica::stop(server);
    try {
        server.execute("SET GLOBAL binlog_format = 'ROW'");
    } catch (...) {
        if (runs && server.usable()) replica::start(server);
        throw;
    }
    if (runs) replica::start(server);
    log::info("binlog_format is ROW now and stays so server={} was={}", where, format);
}

}  // namespace wisp::migrator
