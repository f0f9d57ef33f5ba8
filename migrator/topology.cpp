// SPDX-License-Identifier: Apache-2.0
#include "migrator/topology.h"

#include <fmt/format.h>

#include <set>

#include "base/log.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "mysql/replica.h"

namespace wisp::migrator {
namespace {

mysql::Endpoint endpoint_at(mysql::Endpoint from, std::string host, std::uint16_t port) {
    from.socket.clear();
    from.host = std::move(host);
    from.port = port;
    return from;
}

mysql::Endpoint parse_master(const mysql::Endpoint& from, const std::string& text) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos) return endpoint_at(from, text, 3306);
    const std::string port = text.substr(colon + 1);
    if (port.empty() || port.size() > 5 ||
        port.find_first_not_of("0123456789") != std::string::npos || std::stoul(port) > 65535) {
        throw Refusal(fmt::format("--assume-master-host={}: expected host or host:port", text));
    }
    return endpoint_at(from, text.substr(0, colon), static_cast<std::uint16_t>(std::stoul(port)));
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

/// Follows the replication upwards until a server replicates from nobody.
mysql::Endpoint find_primary(const mysql::Endpoint& from, mysql::ReplicaStatus source) {
    std::set<std::string> seen{from.label()};
    mysql::Endpoint at = from;
    for (;;) {
        at = endpoint_at(at, source.source_host, source.source_port);
        if (!seen.insert(at.label()).second) {
            throw Refusal(fmt::format(
                "replication is circular at {}; name the server to write with --assume-master-host",
                at.label()));
        }
        mysql::Connection connection(at, {});
        auto next = only_source(connection);
        if (!next) return at;
        source = *next;
    }
}

Route route_over(const mysql::Endpoint& primary, const mysql::Endpoint& stream) {
    Route route;
    route.read = route.write = primary;
    route.stream = route.inspect = stream;
    return route;
}

}  // namespace

Route find_route(const MigrationOptions& options) {
    mysql::Connection connection(options.endpoint, {});
    const auto source = only_source(connection);
    if (options.assume_master_host) {
        return route_over(parse_master(options.endpoint, *options.assume_master_host),
                          options.endpoint);
    }
    if (source) {
        const auto primary = find_primary(options.endpoint, *source);
        log::info("found the primary of this replica replica={} primary={}",
                  options.endpoint.label(), primary.label());
        return route_over(primary, options.endpoint);
    }
    if (!options.allow_on_master) {
        throw Refusal(
            fmt::format("{} is a primary (it replicates from nobody); to read its binlog and "
                        "migrate right there"
                        " pass --allow-on-master, or pass the host of one of its replicas",
                        options.endpoint.label()));
    }
    return route_over(options.endpoint, options.endpoint);
}

}  // namespace wisp::migrator
