// SPDX-License-Identifier: Apache-2.0
// The binlog must hold every row change of the table, and commits must become visible in
// the order in which they are logged.
#include <fmt/format.h>

#include <algorithm>

#include "migrator/checks/check.h"
#include "mysql/connection.h"
#include "mysql/replica.h"
#include "mysql/variable.h"

namespace wisp::migrator {
namespace {

using mysql::global_variable;
using mysql::is_off;
using mysql::is_on;

/// The binlog has the schema's changes.
void check_schema(mysql::Connection& connection, const std::string& schema, Issues& issues) {
    const auto status = mysql::binlog_status(connection);
    if (!status || mysql::logs_schema(*status, schema)) return;
    issues.push_back(fmt::format(
        "{} keeps changes of {} off its binlog (binlog_do_db='{}', binlog_ignore_db='{}'), so they"
        " cannot be replayed; take that out of its configuration and restart",
        connection.endpoint().label(), schema, status->only_databases, status->left_databases));
}

/// `any_format`: the run sets it when the checks have passed.
void check_server(mysql::Connection& connection, const std::string& schema, bool any_format,
                  Issues& issues) {
    const std::string where = connection.endpoint().label();
    if (!is_on(global_variable(connection, "log_bin"))) {
        issues.push_back(
            fmt::format("the binary log of {} is off; set log_bin and restart", where));
        return;
    }
    const std::string format = global_variable(connection, "binlog_format");
    if (!any_format && !format.empty() && format != "ROW") {
        issues.push_back(fmt::format(
            "binlog_format is {} on {}; SET GLOBAL binlog_format='ROW' and reconnect every session"
            " that writes",
            format, where));
    }
    check_schema(connection, schema, issues);
}

/// Between GTID domains a MariaDB replica keeps no order (MariaDB Knowledge Base, "Parallel
/// Replication", out-of-order): a marker of ours could overtake rows of another domain.
void check_domains(mysql::Connection& replica, const char* instead, Issues& issues) {
    const std::string position = global_variable(replica, "gtid_slave_pos");  // 0-1-5,1-1-9
    if (global_variable(replica, "slave_parallel_threads") == "0" ||
        position.find(',') == std::string::npos) {
        return;
    }
    issues.push_back(
        fmt::format("{} applies several GTID domains ({}) in parallel, without an order between"
                    " them; SET GLOBAL slave_parallel_threads=0 there (with its replication"
                    " stopped), or {}",
                    replica.endpoint().label(), position, instead));
}

constexpr const char* kOnPrimary = "run on the primary with --allow-on-master";

/// In the primary's order. MariaDB keeps it in every parallel mode within a domain.
void check_keeps_order(mysql::Connection& replica, const char* instead, Issues& issues) {
    if (replica.server().mariadb()) return check_domains(replica, instead, issues);
    const std::string workers = global_variable(replica, "replica_parallel_workers");
    const std::string old_workers = global_variable(replica, "slave_parallel_workers");
    const bool parallel = (!workers.empty() && workers != "0" && workers != "1") ||
                          (!old_workers.empty() && old_workers != "0" && old_workers != "1");
    std::string keeps = global_variable(replica, "replica_preserve_commit_order");
    if (keeps.empty()) keeps = global_variable(replica, "slave_preserve_commit_order");
    if (!parallel || is_on(keeps)) return;
    issues.push_back(fmt::format(
        "{} applies in parallel without keeping the commit order, so its binlog can show two"
        " changes of one row in the wrong order; set replica_preserve_commit_order=ON, or {}",
        replica.endpoint().label(), instead));
}

}  // namespace

Issues check_logs_updates(mysql::Connection& replica, const char* instead) {
    std::string updates = global_variable(replica, "log_replica_updates");
    if (updates.empty()) updates = global_variable(replica, "log_slave_updates");
    if (is_on(updates)) return {};
    return {
        fmt::format("{} does not log what it replicates (log_replica_updates,"
                    " log_slave_updates); set it and restart, or {}",
                    replica.endpoint().label(), instead)};
}

Issues check_hands_on(mysql::Connection& replica, const std::string& schema, const char* instead) {
    Issues issues = check_logs_updates(replica, instead);
    check_schema(replica, schema, issues);
    check_keeps_order(replica, instead, issues);
    return issues;
}

Issues check_binlog(const CheckContext& context) {
    Issues issues;
    const std::string& schema = context.options.schema;
    check_server(context.streamer, schema, context.options.switch_to_rbr, issues);
    if (context.route.stream.label() != context.route.write.label()) {
        check_server(context.writer, schema, false, issues);
    }
    const std::string ordered = global_variable(context.writer, "binlog_order_commits");
    if (is_off(ordered)) {
        issues.push_back(fmt::format(
            "binlog_order_commits is OFF on {}: what the binlog shows could not be proved visible;"
            " SET GLOBAL binlog_order_commits=ON for the run",
            context.writer.endpoint().label()));
    }
    return issues;
}

Issues check_key_is_logged(const CheckContext& context) {
    // MINIMAL: images before a change hold the primary key, or all columns where there is none.
    const auto& keys = context.plan.source.keys;
    const std::string& key = context.plan.key.source_index_name;
    const bool has_primary =
        std::any_of(keys.begin(), keys.end(), [](const auto& k) { return k.name == "PRIMARY"; });
    if (key == "PRIMARY" || !has_primary) return {};
    Issues issues;
    for (auto* server : {&context.streamer, &context.writer}) {
        if (global_variable(*server, "binlog_row_image") != "MINIMAL") continue;
        issues.push_back(fmt::format(
            "binlog_row_image is MINIMAL on {}, so the binlog tells rows by their primary key, and"
            " this ALTER leaves only the key {} in place; SET GLOBAL binlog_row_image='FULL' and"
            " reconnect every session that writes",
            server->endpoint().label(), key));
        break;
    }
    return issues;
}

Issues check_replica(const CheckContext& context) {
    Issues issues;
    const std::string server = context.writer.endpoint().label();
    if (is_on(global_variable(context.writer, "wsrep_on"))) {
        issues.push_back(
            fmt::format("{} is a Galera node: a table lock there does not stop writes on other "
                        "nodes, so the swap"
                        " could lose them; use the cluster's own schema upgrade",
                        server));
    }
    if (!global_variable(context.writer, "group_replication_group_name").empty() &&
        is_off(global_variable(context.writer, "group_replication_single_primary_mode"))) {
        issues.push_back(
            fmt::format("{} is in a multi-primary group: a table lock there does not stop writes "
                        "on other members;"
                        " switch the group to single-primary mode for the run",
                        server));
    }
    if (context.options.on_replica()) {
        add(issues, check_logs_updates(context.writer, kOnPrimary));
        if (is_on(global_variable(context.writer, "super_read_only"))) {
            issues.push_back(fmt::format(
                "super_read_only is ON on {}; SET GLOBAL super_read_only=OFF there for the run"
                " (read_only may stay ON)",
                server));
        }
        return issues;
    }
    if (is_on(global_variable(context.writer, "read_only"))) {
        issues.push_back(
            fmt::format("{} is read-only; it does not look like the primary; check"
                        " --host or --assume-master-host",
                        context.writer.endpoint().label()));
    }
    if (context.route.stream.label() == context.route.write.label()) return issues;
    add(issues, check_logs_updates(context.streamer, kOnPrimary));
    check_keeps_order(context.streamer, kOnPrimary, issues);
    return issues;
}

}  // namespace wisp::migrator
