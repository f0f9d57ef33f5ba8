// SPDX-License-Identifier: Apache-2.0
// Route: which endpoint is read, streamed and written: the one difference between the commands.
#pragma once

#include "mysql/endpoint.h"
#include "mysql/session.h"

namespace wisp::migrator {

struct Route {
    mysql::Endpoint read;     // chunks are read here
    mysql::Endpoint write;    // ghost and changelog live here
    mysql::Endpoint stream;   // whose binlog is followed
    mysql::Endpoint inspect;  // where lag is measured
    mysql::Session session;   // of every connection that copies or applies
};

}  // namespace wisp::migrator
