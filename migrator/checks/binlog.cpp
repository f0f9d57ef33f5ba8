// SPDX-License-Identifier: Apache-2.0
// The binlog must hold every row change of the table in full, and commits must become visible in
// the order in which they are logged.
#include <fmt/format.h>

#include "migrator/checks/check.h"
#include "mysql/connection.h"
#include "mysql/error.h"

namespace wisp::migrator {
namespace {

/// A global variable in upper case; empty if the server does not know it.
std::string global(mysql::Connection& connection, const std::string& name) {
    try {
        return connection.scalar("SELECT UPPER(@@global." + name + ")").value_or("");
    } catch (const mysql::Error& error) {
        if (error.not_supported()) return {};
        throw;
    }
}

/// Switches read as 1 on MySQL and as ON on MariaDB.
bool is_on(const std::string& value) {
    return value == "1" || value == "ON";
}
bool is_off(const std::string& value) {
    return value == "0" || value == "OFF";
}

void check_server(mysql::Connection& connection, Issues& issues) {
    const std::string where = connection.endpoint().label();
    if (!is_on(global(connection, "log_bin"))) {
        issues.push_back(
            fmt::format("the binary log of {} is off; set log_bin and restart", where));
        return;
    }
    const std::string format = global(connection, "binlog_format");
    if (!format.empty() && format != "ROW") {
        issues.push_back(fmt::format(
            "binlog_format is {} on {}; SET GLOBAL binlog_format='ROW' and reconnect every session"
            " that writes",
            format, where));
    }
    const std::string image = global(connection, "binlog_row_image");
    if (!image.empty() && image != "FULL") {
        issues.push_back(fmt::format(
            "binlog_row_image is {} on {}; SET GLOBAL binlog_row_image='FULL' and reconnect every"
            " session that writes",
            image, where));
    }
    if (!global(connection, "binlog_row_value_options").empty()) {
        issues.push_back(fmt::format(
            "binlog_row_value_options is set on {}: JSON updates are logged in part; SET GLOBAL"
            " binlog_row_value_options='' and reconnect every session that writes",
            where));
    }
}

/// Between GTID domains a MariaDB replica keeps no order (MariaDB Knowledge Base, "Parallel
/// Replication", out-of-order): a marker of ours could overtake rows of another domain.
void check_domains(mysql::Connection& replica, Issues& issues) {
    const std::string position = global(replica, "gtid_slave_pos");  // 0-1-5,1-1-9
    if (global(replica, "slave_parallel_threads") == "0" ||
        position.find(',') == std::string::npos) {
        return;
    }
    issues.push_back(fmt::format(
        "{} applies several GTID domains ({}) in parallel, without an order between them; SET "
        "GLOBAL"
        " slave_parallel_threads=0 there (with its replication stopped), or connect to the primary"
        " with --allow-on-master",
        replica.endpoint().label(), position));
}

}  // namespace

Issues check_binlog(const CheckContext& context) {
    Issues issues;
    check_server(context.streamer, issues);
    if (context.route.stream.label() != context.route.write.label()) {
        check_server(context.writer, issues);
    }
    const std::string ordered = global(context.writer, "binlog_order_commits");
    if (is_off(ordered)) {
        issues.push_back(fmt::format(
            "binlog_order_commits is OFF on {}: what the binlog shows could not be proved visible;"
            " SET GLOBAL binlog_order_commits=ON for the run",
            context.writer.endpoint().label()));
    }
    return issues;
}

Issues check_replica(const CheckContext& context) {
    Issues issues;
    const std::string server = context.writer.endpoint().label();
    if (is_on(global(context.writer, "wsrep_on"))) {
        issues.push_back(
            fmt::format("{} is a Galera node: a table lock there does not stop writes on other "
                        "nodes, so the swap"
                        " could lose them; use the cluster's own schema upgrade",
                        server));
    }
    if (!global(context.writer, "group_replication_group_name").empty() &&
        is_off(global(context.writer, "group_replication_single_primary_mode"))) {
        issues.push_back(
            fmt::format("{} is in a multi-primary group: a table lock there does not stop writes "
                        "on other members;"
                        " switch the group to single-primary mode for the run",
                        server));
    }
    if (is_on(global(context.writer, "read_only"))) {
        issues.push_back(
            fmt::format("{} is read-only; it does not look like the primary; check"
                        " --host or --assume-master-host",
                        context.writer.endpoint().label()));
    }
    if (context.route.stream.label() == context.route.write.label()) return issues;
    mysql::Connection& replica = context.streamer;
    const std::string where = replica.endpoint().label();
    std::string updates = global(replica, "log_replica_updates");
    if (updates.empty()) updates = global(replica, "log_slave_updates");
    if (!is_on(updates)) {
        issues.push_back(
            fmt::format("{} does not log what it replicates (log_replica_updates, "
                        "log_slave_updates); set it and"
                        " restart, or connect to the primary with --allow-on-master",
                        where));
    }
    // MariaDB keeps commit order in every parallel mode within a domain.
    const std::string workers = global(replica, "replica_parallel_workers");
    const std::string old_workers = global(replica, "slave_parallel_workers");
    const bool parallel = (!workers.empty() && workers != "0" && workers != "1") ||
                          (!old_workers.empty() && old_workers != "0" && old_workers != "1");
    std::string keeps = global(replica, "replica_preserve_commit_order");
    if (keeps.empty()) keeps = global(replica, "slave_preserve_commit_order");
    if (!replica.server().mariadb() && parallel && !is_on(keeps)) {
        issues.push_back(fmt::format(
            "{} applies in parallel without keeping the commit order, so its binlog can show two"
            " changes of one row in the wrong order; set replica_preserve_commit_order=ON, or "
            "connect"
            " to the primary with --allow-on-master",
            where));
    }
    if (replica.server().mariadb()) check_domains(replica, issues);
    return issues;
}

}  // namespace wisp::migrator
