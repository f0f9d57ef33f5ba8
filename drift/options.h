// SPDX-License-Identifier: Apache-2.0
// What `wisp verify` is asked for: defaults and units beside each field. Filled by cmd/.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "mysql/endpoint.h"
#include "throttle/knobs.h"

namespace wisp::drift {

struct Options {
    mysql::Endpoint primary;
    std::vector<mysql::Endpoint> replicas;
    std::vector<std::string> databases;         // empty: all but the server's own
    std::vector<std::string> tables;            // "table" of the one database, or "schema.table"
    unsigned workers = 2;                       // each has one connection to every server
    std::size_t chunk_rows = 0;                 // 0: steered towards chunk_time
    std::chrono::milliseconds chunk_time{200};  // aimed at for one read
    std::size_t most_rows = 1'000;              // named for one table of one replica
    std::chrono::seconds patience{600};         // with a replica that is behind
    std::string state_file;                     // empty: an interrupted run begins anew
    throttle::Knobs knobs;                      // lag, load, flag files
};

}  // namespace wisp::drift
