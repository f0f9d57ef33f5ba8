// SPDX-License-Identifier: Apache-2.0
// Route: which server is read, written, streamed and inspected by a run.
#pragma once

#include <optional>
#include <vector>

#include "mysql/endpoint.h"
#include "mysql/session.h"

namespace wisp::migrator {

struct Route {
    mysql::Endpoint read;                    // chunks are read here
    mysql::Endpoint write;                   // the ghost lives here
    std::vector<mysql::Endpoint> further{};  // and others, which become the same
    mysql::Endpoint stream;                  // whose binlog is followed
    std::optional<mysql::Endpoint> inspect;  // where lag is measured; nullopt: it is not
    mysql::Session session;                  // of every connection that writes
    mysql::Session source_session;           // of every connection that only reads

    /// Source and ghost are on one server.
    [[nodiscard]] bool one_server() const { return read.label() == write.label(); }
};

}  // namespace wisp::migrator
