// SPDX-License-Identifier: Apache-2.0
#include "migrator/ghost_lanes.h"

namespace wisp::migrator {

GhostLanes::GhostLanes(const std::vector<mysql::Connector>& servers, const Plan& plan,
                       const BatchWriter& writer, unsigned count, const std::stop_token& abort) {
    for (const auto& server : servers) {
        ghosts_.push_back(std::make_unique<Lanes>(server, plan, writer, count, abort));
    }
}

mysql::Connection* GhostLanes::first(const std::stop_token& stop) {
    mysql::Connection* of_first = nullptr;
    for (const auto& ghost : ghosts_) {
        mysql::Connection* const connection = ghost->first(stop);
        if (connection == nullptr) return nullptr;
        if (of_first == nullptr) of_first = connection;
    }
    return of_first;
}

HeldRows GhostLanes::write(const std::shared_ptr<PendingBatch>& pending) {
    if (ghosts_.size() == 1) return ghosts_.front()->write(pending);
    std::vector<HeldRows> held(ghosts_.size());
    std::vector<std::unique_ptr<Thread>> threads;
    for (std::size_t i = 0; i < ghosts_.size(); ++i) {
        threads.push_back(std::make_unique<Thread>(
            "ghost", [&, i](const std::stop_token&) { held[i] = ghosts_[i]->write(pending); }));
    }
    std::exception_ptr failure;
    for (const auto& thread : threads) {
        thread->join();
        try {
            thread->rethrow();
        } catch (...) {
            failure = worse(failure, std::current_exception());
        }
    }
    if (failure) std::rethrow_exception(failure);
    for (std::size_t i = 1; i < held.size(); ++i) held.front().merge(held[i]);
    return std::move(held.front());
}

void GhostLanes::mend() {
    for (const auto& ghost : ghosts_) ghost->mend();
}

}  // namespace wisp::migrator
