// SPDX-License-Identifier: Apache-2.0
#include "drift/servers.h"

#include <fmt/format.h>

#include <algorithm>

#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"

namespace wisp::drift {
namespace {

mysql::Session session() {
    mysql::Session session;
    session.innodb_lock_wait_timeout = std::chrono::seconds(1);  // of Proof::kLocks
    return session;
}

void require_room(mysql::Connection& server) {
    if (server.max_statement_bytes() >= kLeastPacket) return;
    throw migrator::Refusal(
        fmt::format("max_allowed_packet is {} on {}, and rows could not be hashed; SET GLOBAL"
                    " max_allowed_packet={} or more",
                    server.max_statement_bytes(), server.endpoint().label(), kLeastPacket));
}

bool hashes_with_sha(mysql::Connection& server) {
    return server.scalar("SELECT SHA2('', 256)").has_value();
}

}  // namespace

void Desk::cancel() noexcept {
    if (primary) primary->cancel();
    for (const auto& replica : replicas) {
        if (replica) replica->cancel();
    }
}

Servers::Servers(const Options& options) : primary_(options.primary, session()) {
    const auto primary = primary_.connect();
    require_room(*primary);
    bool wide = !primary->server().mariadb() && primary->server().has_data_dictionary();
    bool sha = hashes_with_sha(*primary);
    for (const auto& endpoint : options.replicas) {
        const mysql::Connector& connector = replicas_.emplace_back(endpoint, session());
        const auto replica = connector.connect();
        require_room(*replica);
        try {
            kinships_.push_back(find_kinship(*primary, *replica));
        } catch (const mysql::Error& error) {
            if (error.kind() != mysql::ErrorKind::kRefused) throw;
            throw migrator::Refusal(fmt::format(
                "a right is missing: {}; GRANT REPLICATION CLIENT, REPLICATION SLAVE ON *.* to the"
                " account (MariaDB: BINLOG MONITOR, SLAVE MONITOR, REPLICATION SLAVE)",
                error.what()));
        }
        wide = wide && !replica->server().mariadb() && replica->server().has_data_dictionary();
        sha = sha && hashes_with_sha(*replica);
    }
    form_ = wide && sha ? DigestForm::kWide : sha ? DigestForm::kNarrow : DigestForm::kMd5;
}

std::unique_ptr<Desk> Servers::open_desk(const std::stop_token& stop) const {
    auto desk = std::make_unique<Desk>();
    desk->primary = primary_.connect_with_retry(stop);
    for (const auto& replica : replicas_) {
        desk->replicas.push_back(replica.connect_with_retry(stop));
    }
    return desk;
}

}  // namespace wisp::drift
