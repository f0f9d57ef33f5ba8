// SPDX-License-Identifier: Apache-2.0
// MigrationOptions: what the operator chose, with defaults and units. Filled by cmd/, const after.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "mysql/endpoint.h"
#include "throttle/options.h"

namespace wisp::migrator {

struct MigrationOptions {
    mysql::Endpoint endpoint;                       // where the operator pointed us
    std::optional<std::string> assume_master_host;  // host[:port] of the primary
    std::string schema;
    std::string table;
    std::string alter;
    bool execute = false;
    bool allow_on_master = false;
    bool assume_rbr = false;
    bool drop_ghost_first = false;
    bool drop_old_first = false;
    bool drop_old_after = false;
    bool timestamp_old_table = false;
    bool exact_rowcount = false;

    std::size_t chunk_rows = 0;                 // rows; 0 = steered to chunk_time
    std::chrono::milliseconds chunk_time{500};  // aim of one chunk when steered
    unsigned copiers = 1;                       // 1..16 connections
    std::size_t batch_rows = 5'000;             // rows in one applied batch, at most
    std::size_t batch_bytes = 8U << 20U;        // bytes of row images in one batch, at most
    std::size_t queue_bytes = 32U << 20U;       // between streamer and applier
    std::chrono::milliseconds heartbeat{100};
    std::chrono::seconds cut_over_lock_timeout{3};  // waiting for the lock, and holding it
    unsigned cut_over_attempts = 60;
    std::string postpone_flag_file;

    throttle::Options throttle;
    throttle::Knobs knobs;
};

}  // namespace wisp::migrator
