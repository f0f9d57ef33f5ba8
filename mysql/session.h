// SPDX-License-Identifier: Apache-2.0
// Session: the settings every connection of wisp gets, on connect and on every reconnect, so that
// no statement depends on a server's defaults.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace wisp::mysql {

struct ServerInfo;

struct Session {
    std::string time_zone = "+00:00";  // TIMESTAMP literals are UTC, without DST gaps
    bool strict = true;                // STRICT_ALL_TABLES
    bool allow_zero_dates = true;      // no NO_ZERO_DATE, no NO_ZERO_IN_DATE: rows hold them
    bool foreign_key_checks = false;
    bool write_binlog = true;                          // false: SET sql_log_bin = 0
    std::chrono::seconds lock_wait_timeout{5};         // metadata locks
    std::chrono::seconds innodb_lock_wait_timeout{5};  // row locks
    std::chrono::seconds wait_timeout{31536000};       // the most: throttled connections stay
};

/// The statements that bring a fresh connection to `session`: NAMES utf8mb4, READ COMMITTED,
/// sql_mode (always NO_AUTO_VALUE_ON_ZERO, never ANSI_QUOTES or NO_BACKSLASH_ESCAPES), time zone,
/// timeouts, and what keeps a large statement from scanning a table
/// (optimizer_switch='materialization=off', range_optimizer_max_mem_size = 0 on MySQL,
/// in_predicate_conversion_threshold = 0 on MariaDB).
[[nodiscard]] std::vector<std::string> session_statements(const Session& session,
                                                          const ServerInfo& server);

}  // namespace wisp::mysql
