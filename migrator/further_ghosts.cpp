// SPDX-License-Identifier: Apache-2.0
#include "migrator/further_ghosts.h"

namespace wisp::migrator {

FurtherGhosts::FurtherGhosts(const std::vector<mysql::Connector>& servers) {
    for (const auto& server : servers) ghosts_.push_back({server, nullptr});
}

std::vector<mysql::Connection*> FurtherGhosts::sessions(const std::stop_token& stop) {
    std::vector<mysql::Connection*> all;
    for (auto& ghost : ghosts_) {
        if (!ghost.session || !ghost.session->usable()) {
            ghost.session = ghost.connector.connect_with_retry(stop);
        }
        all.push_back(ghost.session.get());
    }
    return all;
}

void FurtherGhosts::bury_lost(const std::stop_token& stop) {
    for (auto& ghost : ghosts_) {
        if (!ghost.session || ghost.session->usable()) continue;
        static_cast<void>(mysql::bury_session(ghost.connector, ghost.session->id(), stop));
        ghost.session.reset();
    }
}

}  // namespace wisp::migrator
