// SPDX-License-Identifier: Apache-2.0
#include "migrator/lock_holders.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "mysql/error.h"
#include "sql/identifier.h"

namespace wisp::migrator {

namespace {

std::vector<std::uint64_t> ask(mysql::Connection& connection, const std::string& question) {
    std::vector<std::uint64_t> ids;
    try {
        for (const auto& row : connection.query(question)) {
            if (row.is_null(0)) continue;
            const std::uint64_t id = std::stoull(row.text(0));
            if (id != 0 && id != connection.id()) ids.push_back(id);
        }
    } catch (const mysql::Error& error) {
        if (!error.connection_usable()) throw;  // else: not told here
    }
    return ids;
}

}  // namespace

std::vector<std::uint64_t> lock_holder_ids(mysql::Connection& connection,
                                           const sql::TableName& table) {
    const std::string schema = sql::text_literal(table.schema);
    const std::string name = sql::text_literal(table.table);
    return ask(
        connection,
        connection.server().mariadb()
            ? fmt::format("SELECT DISTINCT THREAD_ID FROM information_schema.METADATA_LOCK_INFO"
                          " WHERE TABLE_SCHEMA = {} AND TABLE_NAME = {}",
                          schema, name)
            : fmt::format("SELECT DISTINCT t.PROCESSLIST_ID FROM performance_schema.metadata_locks"
                          " l JOIN performance_schema.threads t ON t.THREAD_ID = l.OWNER_THREAD_ID"
                          " WHERE l.OBJECT_TYPE = 'TABLE' AND l.LOCK_STATUS = 'GRANTED' AND"
                          " l.OBJECT_SCHEMA = {} AND l.OBJECT_NAME = {}",
                          schema, name));
}

std::vector<std::uint64_t> likely_holder_ids(mysql::Connection& connection,
                                             const sql::TableName& table) {
    auto ids = lock_holder_ids(connection, table);
    if (!ids.empty()) return ids;
    return ask(
        connection,
        "SELECT trx_mysql_thread_id FROM information_schema.INNODB_TRX ORDER BY trx_started");
}

std::string lock_holders(mysql::Connection& connection, const sql::TableName& table) {
    const auto ids = lock_holder_ids(connection, table);
    return ids.empty() ? "" : fmt::format("; it is held by session {}", fmt::join(ids, ", "));
}

}  // namespace wisp::migrator
