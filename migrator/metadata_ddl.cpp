// SPDX-License-Identifier: Apache-2.0
#include "migrator/metadata_ddl.h"

#include <fmt/format.h>

#include <optional>

#include "base/log.h"
#include "base/thread.h"
#include "migrator/inspector.h"
#include "migrator/lock_holders.h"
#include "migrator/metadata_clauses.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/create_table.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

const char* how(MetadataWay way, const mysql::ServerInfo& server) {
    if (way == MetadataWay::kInstant) return "ALGORITHM=INSTANT";
    // MariaDB's INPLACE may rebuild the table; NOCOPY may not (MariaDB Knowledge Base, "InnoDB
    // Online DDL Overview").
    return server.mariadb() ? "ALGORITHM=NOCOPY, LOCK=NONE" : "ALGORITHM=INPLACE, LOCK=NONE";
}

const char* name(MetadataWay way) {
    return way == MetadataWay::kInstant ? "instant" : "metadata-only";
}

/// InnoDB gives a rebuilt table a new id. nullopt: the server does not tell us (no right PROCESS, a
/// partitioned table, a name beyond ASCII).
std::optional<std::string> storage_id(mysql::Connection& connection, const sql::TableName& table) {
    const bool dictionary = connection.server().has_data_dictionary();
    try {
        return connection.scalar(
            fmt::format("SELECT TABLE_ID FROM information_schema.{} WHERE NAME = {}",
                        dictionary ? "INNODB_TABLES" : "INNODB_SYS_TABLES",
                        sql::text_literal(table.schema + "/" + table.table)));
    } catch (const mysql::Error& error) {
        if (!error.connection_usable()) throw;
        return std::nullopt;
    }
}

/// The statement was answered with success; was it what it was meant to be? Whatever this finds or
/// fails by, the ALTER is done.
void look_afterwards(mysql::Connection& connection, const Plan& plan, MetadataWay way,
                     const std::optional<std::string>& id_before) {
    try {
        const sql::Table after = inspect_table(connection, plan.names.source);
        if (after.create_statement == plan.source.create_statement) {
            log::warn("the definition of {} is as it was: the ALTER asked for what is there",
                      sql::quote(plan.names.source));
        }
        if (way != MetadataWay::kInplace || !id_before) return;
        const auto id = storage_id(connection, plan.names.source);
        if (id && *id != *id_before) {
            log::warn(
                "the server rebuilt {} although only metadata was to change; please report it",
                sql::quote(plan.names.source));
        } else {
            log::info("the table was not rebuilt table_id={}", *id_before);
        }
    } catch (const std::exception& error) {
        log::warn("{} is altered; it could not be looked at afterwards: {}",
                  sql::quote(plan.names.source), error.what());
    }
}

/// Our connection was lost, or we shut it down. The session must not alter the table behind our
/// back. True: it has altered it. Throws Ambiguous if that cannot be found out.
bool was_done(const mysql::Connector& connector, std::uint64_t session, const Plan& plan) {
    constexpr std::chrono::seconds kLimit{30};
    try {
        const auto deadline = std::chrono::steady_clock::now() + kLimit;
        if (mysql::bury_session(connector, session, {}, deadline)) {
            const auto fresh = connector.connect();
            return sql::without_counter(
                       inspect_table(*fresh, plan.names.source).create_statement) !=
                   sql::without_counter(plan.source.create_statement);
        }
    } catch (const std::exception& error) {
        log::warn("{}", error.what());
    }
    throw Ambiguous(fmt::format(
        "the connection was lost during the ALTER of {}, which is as it was or altered, or still to"
        " be altered by session {}; see that this session is gone, look at SHOW CREATE TABLE, and"
        " run again if it is as it was",
        sql::quote(plan.names.source), session));
}

}  // namespace

bool alter_metadata(const mysql::Connector& connector, const Plan& plan, MetadataWay way,
                    std::chrono::seconds lock_wait, const std::stop_token& stop) {
    constexpr unsigned kAttempts = 5;
    mysql::Session session = connector.session();
    session.lock_wait_timeout = lock_wait;
    session.foreign_key_checks = true;  // this is the table itself
    const auto connection = mysql::Connector(connector.endpoint(), session).connect();
    if (way == MetadataWay::kInplace) {
        const auto reason = why_not_metadata(plan.alter, plan.source, connection->server());
        if (!reason.empty()) {
            log::info("this is no metadata-only change, so the table is copied: {}", reason);
            return false;
        }
    }
    const auto id_before = storage_id(*connection, plan.names.source);
    // A TIMESTAMP's DEFAULT '…' is a time of the server's zone, as in a native ALTER.
    connection->execute("SET SESSION time_zone = @@GLOBAL.time_zone");
    const std::string statement =
        fmt::format("ALTER TABLE {} {}, {}", sql::quote(plan.names.source), plan.alter.clauses,
                    how(way, connection->server()));
    for (unsigned attempt = 1; attempt <= kAttempts && !stop.stop_requested(); ++attempt) {
        try {
            const std::stop_callback cancel(stop, [&] { connection->cancel(); });
            connection->execute(statement);
        } catch (const mysql::Error& error) {
            if (error.kind() == mysql::ErrorKind::kLost) {
                if (was_done(connector, connection->id(), plan)) return true;
                if (stop.stop_requested()) throw Stopped("stopped on request");
                throw;
            }
            if (!error.retryable()) {
                log::info("this is no {} change here, so the table is copied: {}", name(way),
                          error.server_text());
                return false;
            }
            log::info("the table's lock was not to be had for a change of metadata attempt={}{}",
                      attempt, lock_holders(*connection, plan.names.source));
            if (attempt < kAttempts) static_cast<void>(pause(stop, std::chrono::seconds(attempt)));
            continue;
        }
        look_afterwards(*connection, plan, way, id_before);
        return true;
    }
    if (stop.stop_requested()) throw Stopped("stopped on request");
    log::warn(
        "the table's lock was not to be had for a change of metadata, so the table is copied");
    return false;
}

}  // namespace wisp::migrator
