// SPDX-License-Identifier: Apache-2.0
// ServerInfo: which server this is and what it can do. Features are asked for by name, so that no
// caller compares versions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wisp::mysql {

enum class Flavor : std::uint8_t { kMysql, kMariadb };

struct ServerInfo {
    Flavor flavor = Flavor::kMysql;
    unsigned version = 0;  // 90704, 101119, 50624
    std::string text;      // "MySQL 9.7.4", "MariaDB 10.11.19"

    [[nodiscard]] bool mariadb() const { return flavor == Flavor::kMariadb; }
    /// RENAME TABLE inside LOCK TABLES (MySQL 8.0.13, WL#9826; not MariaDB: error 1192).
    [[nodiscard]] bool renames_under_lock() const;
    /// SHOW REPLICA STATUS, SHOW REPLICAS, SHOW BINARY LOG STATUS (MySQL 8.0.22, 8.2).
    [[nodiscard]] bool says_replica() const;
    [[nodiscard]] bool says_binary_log_status() const;
    /// ANALYZE TABLE leaves the table open for others (MySQL 8.0.24; MariaDB).
    [[nodiscard]] bool analyzes_without_flush() const;
    /// MySQL's GTIDs with @@gtid_executed (5.6.5); MariaDB's are another thing.
    [[nodiscard]] bool has_gtid_executed() const;
    /// What is in @@gtid_executed is committed and visible, and can be waited
    /// for by WAIT_FOR_EXECUTED_GTID_SET (MySQL 5.7.5). MySQL 5.6 adds a GTID when
    /// it is written to the binary log (Gtid_state::update_on_flush, sql/rpl_gtid_state.cc).
    [[nodiscard]] bool has_committed_gtid_executed() const;
    /// information_schema without opening every table (MySQL 8.0).
    [[nodiscard]] bool has_data_dictionary() const;
    /// @@server_uuid (MySQL 5.6).
    [[nodiscard]] bool has_server_uuid() const;
    /// Invisible primary keys and their session switch (MySQL 8.0.30).
    [[nodiscard]] bool has_generated_invisible_primary_key() const;
    /// Replication filters can be changed while it runs (CHANGE REPLICATION FILTER, MySQL 5.7.3;
    /// MariaDB).
    [[nodiscard]] bool changes_filters() const;
    /// Several GET_LOCK() at a time in one session (MySQL 5.7.5, MariaDB 10.0.2).
    [[nodiscard]] bool has_several_user_locks() const;
    /// Session variables, each with its first version.
    [[nodiscard]] bool has_range_optimizer_limit() const;     // MySQL 5.7.9
    [[nodiscard]] bool has_max_execution_time() const;        // MySQL 5.7.8
    [[nodiscard]] bool has_cached_statistics() const;         // MySQL 8.0.3
    [[nodiscard]] bool has_explain_format() const;            // MySQL 8.0.32
    [[nodiscard]] bool has_in_predicate_conversion() const;   // MariaDB 10.3.18
    [[nodiscard]] bool has_idle_transaction_timeout() const;  // MariaDB 10.3
    [[nodiscard]] bool has_snapshot_isolation() const;        // MariaDB 10.6.18 and others
};

/// From @@version and @@version_comment, e.g. "10.11.19-MariaDB-…".
[[nodiscard]] ServerInfo parse_server_version(std::string_view version, std::string_view comment);

}  // namespace wisp::mysql
