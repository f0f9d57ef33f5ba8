// SPDX-License-Identifier: Apache-2.0
#include "throttle/replica_finder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "mysql/replica.h"
#include "throttle/link.h"

namespace wisp::throttle {
namespace {

std::uint64_t server_id(mysql::Connection& connection) {
    return std::stoull(connection.scalar("SELECT @@server_id").value_or("0"));
}

std::uint64_t server_id(const mysql::Endpoint& endpoint, const std::stop_token& stop) {
    Link link(endpoint);
    return link.with(stop, [](mysql::Connection& connection) { return server_id(connection); });
}

}  // namespace

ReplicaFinder::ReplicaFinder(mysql::Endpoint writer, mysql::Endpoint inspected, SharedKnobs knobs,
                             FoundReplicas found)
    : writer_(std::move(writer)),
      inspected_(std::move(inspected)),
      knobs_(std::move(knobs)),
      found_(std::move(found)) {}

std::chrono::milliseconds ReplicaFinder::period() const {
    return std::chrono::milliseconds{5'000};
}

Reading ReplicaFinder::poll(std::stop_token stop) {
    if (!knobs_->read([](const Knobs& knobs) { return knobs.find_replicas; })) {
        known_.clear();
        found_->write([](std::vector<Address>& list) { list.clear(); });
        return {};
    }
    visited_.clear();
    lost_.clear();
    if (known_.empty()) known_.emplace(server_id(inspected_, stop), inspected_);
    look_below(writer_, stop);
    if (!lost_.empty()) return {Effect::kHoldCopy, lost_};
    return {};
}

void ReplicaFinder::look_below(const mysql::Endpoint& server, const std::stop_token& stop) {
    Link link(server);
    std::vector<mysql::Registered> replicas;
    std::vector<std::string> clients;
    link.with(stop, [&](mysql::Connection& connection) {
        visited_.insert(server_id(connection));
        replicas = mysql::registered_replicas(connection);
        clients = mysql::dump_clients(connection);
    });
    for (const mysql::Registered& replica : replicas) {
        if (!visited_.insert(replica.server_id).second) continue;
        if (!known_.contains(replica.server_id)) {
            std::vector<Address> places;
            if (!replica.host.empty()) places.push_back({replica.host, replica.port});
            // Without report_host it is at one of the clients that read the binlog.
            for (const std::string& host : clients) {
                if (replica.host.empty()) places.push_back({host, replica.port});
            }
            const std::string why = locate(replica.server_id, places, stop);
            if (!why.empty()) {
                lost_ = fmt::format(
                    "the replica of {} with server_id {} cannot be found: {}; set report_host "
                    "there,"
                    " or name the replicas with throttle-control-replicas",
                    server.label(), replica.server_id, why);
                continue;
            }
        }
        look_below(known_.at(replica.server_id), stop);
    }
}

std::string ReplicaFinder::locate(std::uint64_t wanted, const std::vector<Address>& places,
                                  const std::stop_token& stop) {
    std::string why = "it reports no host, and no client reads the binlog";
    for (const Address& place : places) {
        try {
            if (server_id(at(writer_, place), stop) != wanted) {
                why = place.label() + " is another server";
                continue;
            }
            known_.emplace(wanted, at(writer_, place));
            found_->write([&](std::vector<Address>& list) { list.push_back(place); });
            log::info("throttle-replicas: found server_id={} at={}", wanted, place.label());
            return {};
        } catch (const mysql::Error& error) {
            why = place.label() + ": " + error.what();
        }
    }
    return why;
}

}  // namespace wisp::throttle
