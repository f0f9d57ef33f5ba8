// SPDX-License-Identifier: Apache-2.0
#include "migrator/topology.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

#include "base/log.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "mysql/replica.h"
#include "mysql/variable.h"
#include "replica/gtids.h"
#include "throttle/address.h"

namespace wisp::migrator {
namespace {

mysql::Endpoint parse_master(const mysql::Endpoint& from, const std::string& text) {
    const auto address = throttle::parse_address(text);
    if (!address) throw Refusal("--assume-master-host: " + address.error());
    return throttle::at(from, *address);
}

/// The only source this server replicates from; nullopt for a primary.
std::optional<mysql::ReplicaStatus> only_source(mysql::Connection& connection) {
    std::vector<mysql::ReplicaStatus> channels;
    try {
        channels = mysql::replica_status(connection);
    } catch (const mysql::Error& error) {
        if (error.kind() != mysql::ErrorKind::kRefused) throw;
        throw Refusal(
            fmt::format("a right is missing on {}: {}; GRANT REPLICATION CLIENT, REPLICATION SLAVE "
                        "ON *.* to the"
                        " account (MariaDB: BINLOG MONITOR, SLAVE MONITOR, REPLICATION SLAVE)",
                        connection.endpoint().label(), error.server_text()));
    }
    if (channels.empty()) return std::nullopt;
    if (channels.size() > 1) {
        throw Refusal(
            fmt::format("{} replicates from {} sources; name the primary of this table with "
                        "--assume-master-host",
                        connection.endpoint().label(), channels.size()));
    }
    return channels.front();
}

/// Of servers that replicate in a circle the one that applications write: the others are read-only.
mysql::Endpoint only_writable(std::span<const mysql::Endpoint> circle) {
    std::vector<const mysql::Endpoint*> writable;
    for (const auto& endpoint : circle) {
        mysql::Connection connection(endpoint, {});
        if (mysql::is_off(mysql::global_variable(connection, "read_only"))) {
            writable.push_back(&endpoint);
        }
    }
    if (writable.size() == 1) return *writable.front();
    throw Refusal(fmt::format(
        "--allow-master-master: of {} servers in the circle at {} not one, but {} are writable;"
        " what is written to another one during the swap would be lost. SET GLOBAL read_only=ON on"
        " all but one, or name the server to write with --assume-master-host",
        circle.size(), circle.front().label(), writable.size()));
}

/// Follows the replication upwards until a server replicates from nobody.
mysql::Endpoint find_primary(const mysql::Endpoint& from, mysql::ReplicaStatus source,
                             bool allow_circle) {
    std::vector<mysql::Endpoint> seen{from};
    for (;;) {
        const auto above = throttle::at(seen.back(), {source.source_host, source.source_port});
        const auto before = std::find_if(seen.begin(), seen.end(), [&](const auto& endpoint) {
            return endpoint.label() == above.label();
        });
        if (before != seen.end()) {
            if (allow_circle) return only_writable({before, seen.end()});
            throw Refusal(fmt::format(
                "replication is circular at {}; name the server to write with"
                " --assume-master-host, or pass --allow-master-master if all but one of them are"
                " read-only",
                above.label()));
        }
        seen.push_back(above);
        mysql::Connection connection(above, {});
        auto next = only_source(connection);
        if (!next) return above;
        source = *next;
    }
}

Route route_over(const mysql::Endpoint& primary, const mysql::Endpoint& stream) {
    Route route;
    route.read = route.write = primary;
    route.stream = stream;
    route.inspect = stream;
    return route;
}

/// An operator who meant a replica should notice.
void demand_allowance(const MigrationOptions& options) {
    if (options.allow_on_master) return;
    throw Refusal(fmt::format(
        "{} is a primary; to read its binlog and migrate right there pass --allow-on-master, or"
        " pass the host of one of its replicas",
        options.endpoint.label()));
}

/// A replica alone. Its own binlog shows what it replicates; what we write must not be there, since
/// its GTIDs would be of this server only. Without GTIDs only what is in it proves visibility.
Route route_on_replica(mysql::Connection& replica) {
    Route route;
    route.read = route.write = route.stream = replica.endpoint();
    route.session.write_binlog = !replica::has_gtids(replica);
    if (!route.session.write_binlog && !replica::gtids_tell_visible(replica)) {
        throw Refusal(fmt::format(
            "{} is {}, whose GTIDs name a transaction before it is visible, so nothing can be"
            " proved there without a write of a GTID of its own; migrate on the primary",
            replica.endpoint().label(), replica.server().text));
    }
    route.source_session = route.session;
    if (route.session.write_binlog) {
        log::warn(
            "{} has no GTIDs, so visibility is proved by writes of ours in its binlog: replicas of"
            " it get ghost and changelog, and the swap, too",
            replica.endpoint().label());
    }
    return route;
}

}  // namespace

Route find_route(const MigrationOptions& options) {
    mysql::Connection connection(options.endpoint, {});
    const auto source = only_source(connection);
    if (options.on_replica()) {
        if (source) return route_on_replica(connection);
        throw Refusal(
            fmt::format("--{}: {} replicates from nobody; name a replica",
                        options.test_on_replica ? "test-on-replica" : "migrate-on-replica",
                        options.endpoint.label()));
    }
    if (options.assume_master_host) {
        auto primary = parse_master(options.endpoint, *options.assume_master_host);
        if (!options.master_user.empty()) primary.user = options.master_user;
        if (!options.master_password.empty()) primary.password = options.master_password;
        if (primary.label() == options.endpoint.label()) demand_allowance(options);
        return route_over(primary, options.endpoint);
    }
    if (source) {
        const auto primary = find_primary(options.endpoint, *source, options.allow_master_master);
        if (primary.label() == options.endpoint.label()) demand_allowance(options);
        log::info("found the primary of this replica replica={} primary={}",
                  options.endpoint.label(), primary.label());
        return route_over(primary, options.endpoint);
    }
    demand_allowance(options);
    return route_over(options.endpoint, options.endpoint);
}

}  // namespace wisp::migrator
