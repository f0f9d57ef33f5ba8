// SPDX-License-Identifier: Apache-2.0
#include "migrator/further_ghosts.h"

#include <fmt/format.h>

#include <chrono>

#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"

namespace wisp::migrator {
namespace {

constexpr std::chrono::seconds kPatience{60};

}  // namespace

FurtherGhosts::FurtherGhosts(const std::vector<mysql::Connector>& servers) {
    for (const auto& server : servers) ghosts_.push_back({server, nullptr});
}

std::vector<mysql::Connection*> FurtherGhosts::sessions(const std::stop_token& stop) {
    std::vector<mysql::Connection*> all;
    for (auto& ghost : ghosts_) {
        if (!ghost.session || !ghost.session->usable()) connect(ghost, stop);
        all.push_back(ghost.session.get());
    }
    return all;
}

void FurtherGhosts::connect(Ghost& ghost, const std::stop_token& stop) {
    try {
        auto fresh = ghost.connector.connect_with_retry(stop);
        if (ghost.session) lost_.push_back(std::move(ghost.session));
        ghost.session = std::move(fresh);
    } catch (const mysql::Error& error) {
        // Whoever waits here would take it for one more lost connection, and wait for ever.
        if (error.kind() != mysql::ErrorKind::kLost || stop.stop_requested()) throw;
        throw Refusal(fmt::format("{} cannot be reached any more: {}",
                                  ghost.connector.endpoint().label(), error.what()));
    }
}

std::vector<mysql::Connection*> FurtherGhosts::open() const {
    std::vector<mysql::Connection*> all;
    for (const auto& ghost : ghosts_) {
        if (ghost.session) all.push_back(ghost.session.get());
    }
    return all;
}

void FurtherGhosts::bury_lost(const std::stop_token& stop) {
    for (auto& ghost : ghosts_) {
        if (!ghost.session || ghost.session->usable()) continue;
        const auto deadline = std::chrono::steady_clock::now() + kPatience;
        const bool dead = mysql::bury_session(ghost.connector, ghost.session->id(), stop, deadline);
        if (!dead && !stop.stop_requested()) {
            throw Refusal(
                fmt::format("{} cannot be reached any more, and a session of ours there"
                            " may still be at work",
                            ghost.connector.endpoint().label()));
        }
        lost_.push_back(std::move(ghost.session));
    }
}

}  // namespace wisp::migrator
