// SPDX-License-Identifier: Apache-2.0
#include "mysql/session.h"

#include <fmt/format.h>

#include <algorithm>

#include "mysql/server_info.h"

namespace wisp::mysql {
namespace {

// Written out in full, so that nothing of the server's own sql_mode is left. Absent on purpose:
// ANSI_QUOTES and NO_BACKSLASH_ESCAPES (our literals), PAD_CHAR_TO_FULL_LENGTH and
// TIME_TRUNCATE_FRACTIONAL (values change on the way), NO_UNSIGNED_SUBTRACTION.
std::string sql_mode(const Session& session) {
    std::string mode = "NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION";
    if (session.strict) mode += ",STRICT_ALL_TABLES";
    // A strict session must be able to write what a lax one has stored: 0000-00-00, 2024-00-10
    // (allowed as long as NO_ZERO_* is absent) and 2024-02-31 (ALLOW_INVALID_DATES).
    mode += session.allow_zero_dates ? ",ALLOW_INVALID_DATES" : ",NO_ZERO_DATE,NO_ZERO_IN_DATE";
    return mode;
}

// A wait of 0 is out of range on MySQL, which a strict session answers with an error.
std::int64_t at_least_a_second(std::chrono::seconds wait) {
    return std::max<std::int64_t>(1, wait.count());
}

std::vector<std::string> common_settings(const Session& session) {
    return {
        "NAMES utf8mb4",  // the handshake's collation may be unknown there, which says nothing
        fmt::format("sql_mode='{}'", sql_mode(session)),
        fmt::format("time_zone='{}'", session.time_zone),
        "autocommit=1",
        "completion_type=NO_CHAIN",
        fmt::format("foreign_key_checks={:d}", session.foreign_key_checks),
        "unique_checks=1",
        "sql_quote_show_create=1",
        "sql_auto_is_null=0",
        "sql_safe_updates=0",
        "sql_big_selects=1",
        "sql_select_limit=18446744073709551615",
        "group_concat_max_len=1073741824",
        fmt::format("lock_wait_timeout={}", at_least_a_second(session.lock_wait_timeout)),
        fmt::format("innodb_lock_wait_timeout={}",
                    at_least_a_second(session.innodb_lock_wait_timeout)),
        fmt::format("wait_timeout={}", at_least_a_second(session.wait_timeout)),
        "net_read_timeout=600",   // the server's patience with a packet of ours half sent
        "net_write_timeout=600",  // and with us not reading
    };
}

std::vector<std::string> mysql_settings(const ServerInfo& server) {
    std::vector<std::string> settings{"optimizer_switch='materialization=off'"};
    // Over this memory the optimizer gives up on a long IN list and scans the table.
    if (server.has_range_optimizer_limit()) settings.emplace_back("range_optimizer_max_mem_size=0");
    if (server.has_max_execution_time()) settings.emplace_back("max_execution_time=0");
    if (server.has_cached_statistics()) settings.emplace_back("information_schema_stats_expiry=0");
    // At 0 a generated key vanishes from SHOW CREATE TABLE and from information_schema alike.
    if (server.has_generated_invisible_primary_key()) {
        settings.emplace_back("show_gipk_in_create_table_and_information_schema=1");
    }
    if (server.has_explain_format()) settings.emplace_back("explain_format=TRADITIONAL");
    return settings;
}

std::vector<std::string> mariadb_settings(const ServerInfo& server) {
    // The server demands one of the two ways to answer a subquery.
    std::vector<std::string> settings = {"max_statement_time=0",
                                         "optimizer_switch='in_to_exists=on,materialization=off'"};
    // From 1000 values on an IN list becomes a subquery on a temporary table, without a range.
    if (server.has_in_predicate_conversion()) {
        settings.emplace_back("in_predicate_conversion_threshold=0");
    }
    if (server.has_idle_transaction_timeout()) {
        settings.emplace_back("idle_transaction_timeout=0");
        settings.emplace_back("idle_write_transaction_timeout=0");
        settings.emplace_back("idle_readonly_transaction_timeout=0");
    }
    // Only matters above READ COMMITTED; off, so that a caller's REPEATABLE READ view cannot end in
    // 1020 on one series and not on the next.
    if (server.has_snapshot_isolation()) settings.emplace_back("innodb_snapshot_isolation=OFF");
    return settings;
}

}  // namespace

std::vector<std::string> session_statements(const Session& session, const ServerInfo& server) {
    std::vector<std::string> settings = common_settings(session);
    const auto own = server.mariadb() ? mariadb_settings(server) : mysql_settings(server);
    settings.insert(settings.end(), own.begin(), own.end());
    // Last, as the one that needs a privilege: its error is not to hide behind another.
    if (!session.write_binlog) settings.emplace_back("sql_log_bin=0");
    return {
        // One round trip. A SET of several is all or nothing.
        fmt::format("SET {}", fmt::join(settings, ", ")),
        // The variable's name differs (tx_isolation, transaction_isolation); this form does not.
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE",
    };
}

}  // namespace wisp::mysql
