// SPDX-License-Identifier: Apache-2.0
// The table itself: engine, key, foreign keys, triggers; and what the ALTER asks for.
#include <fmt/format.h>

#include <algorithm>

#include "migrator/checks/check.h"
#include "migrator/key_choice.h"
#include "migrator/triggers.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/identifier.h"

namespace wisp::migrator {

Issues check_table(const CheckContext& context) {
    Issues issues;
    const sql::Table& table = context.plan.source;
    const std::string name = sql::quote(table.name);
    if (!sql::same_name(table.engine, "InnoDB") && !sql::same_name(table.engine, "ROCKSDB")) {
        issues.push_back(
            fmt::format("{} uses engine {}, which has no transactions: its binlog and its rows "
                        "cannot be brought"
                        " together; convert it with a native ALTER",
                        name, table.engine));
    }
    std::string reason = why_no_key(table, context.options.allow_nullable_key);
    if (!reason.empty()) {
        if (why_no_key(table, true).empty()) {
            reason += "; or pass --allow-nullable-unique-key if no row has NULL there";
        }
        issues.push_back(std::move(reason));
    }
    if (table.create_statement.find("SYSTEM VERSIONING") != std::string::npos) {
        issues.push_back(fmt::format(
            "{} is system-versioned: its history rows are not carried over yet; use a native ALTER",
            name));
    }
    if (context.writer.scalar("SELECT @@max_write_lock_count < 1000000") == "1") {
        issues.push_back(fmt::format(
            "max_write_lock_count is low on {}: waiting readers could overtake the cut-over; SET"
            " GLOBAL max_write_lock_count=4294967295",
            context.writer.endpoint().label()));
    }
    return issues;
}

namespace {

/// Foreign keys from and to the table: name, child and parent as shown.
std::vector<std::string> foreign_keys(mysql::Connection& connection, const std::string& condition) {
    std::vector<std::string> keys;
    const auto rows = connection.query(
        "SELECT DISTINCT CONSTRAINT_NAME, TABLE_SCHEMA, TABLE_NAME, REFERENCED_TABLE_SCHEMA,"
        " REFERENCED_TABLE_NAME FROM information_schema.KEY_COLUMN_USAGE WHERE"
        " REFERENCED_TABLE_NAME IS NOT NULL AND " +
        condition);
    for (const auto& row : rows) {
        keys.push_back(
            fmt::format("{} from `{}`.`{}` to `{}`.`{}`", row[0], row[1], row[2], row[3], row[4]));
    }
    return keys;
}

/// Of the table's own keys, those whose cascades change it with nothing in the binlog.
std::string cascades(const std::string& schema, const std::string& table) {
    return fmt::format(
        " AND CONSTRAINT_NAME IN (SELECT CONSTRAINT_NAME FROM"
        " information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = {} AND TABLE_NAME ="
        " {} AND (UPDATE_RULE NOT IN ('RESTRICT', 'NO ACTION') OR DELETE_RULE NOT IN ('RESTRICT',"
        " 'NO ACTION')))",
        schema, table);
}

/// Children of the table as InnoDB knows them. Asked there because KEY_COLUMN_USAGE has no data
/// dictionary behind it before MySQL 8 and on MariaDB: it would open every table of the server, and
/// MariaDB 10.11.19 was seen to die of that while other sessions dropped tables.
std::vector<std::string> innodb_children(mysql::Connection& connection,
                                         const sql::TableName& name) {
    std::vector<std::string> keys;
    const auto rows = connection.query(fmt::format(
        "SELECT ID, FOR_NAME, REF_NAME FROM information_schema.INNODB_SYS_FOREIGN WHERE"
        " CAST(REF_NAME AS BINARY) = CONCAT(CAST(CONVERT({} USING filename) AS BINARY), '/',"
        " CAST(CONVERT({} USING filename) AS BINARY))",
        sql::text_literal(name.schema), sql::text_literal(name.table)));
    for (const auto& row : rows) {
        keys.push_back(fmt::format("{} from {} to {}", row[0], row[1], row[2]));
    }
    return keys;
}

}  // namespace

Issues check_foreign_keys(const CheckContext& context) {
    if (context.options.skip_foreign_key_checks) return {};
    const sql::TableName& name = context.plan.names.source;
    const std::string schema = sql::text_literal(name.schema);
    const std::string table = sql::text_literal(name.table);
    auto keys = foreign_keys(
        context.writer,
        fmt::format("TABLE_SCHEMA = {} AND TABLE_NAME = {}{}", schema, table,
                    context.options.discard_foreign_keys ? cascades(schema, table) : ""));
    std::vector<std::string> children;
    if (context.writer.server().has_data_dictionary()) {
        children =
            foreign_keys(context.writer,
                         fmt::format("REFERENCED_TABLE_SCHEMA = {} AND REFERENCED_TABLE_NAME = {}",
                                     schema, table));
    } else {
        try {
            children = innodb_children(context.writer, name);
        } catch (const mysql::Error& error) {
            if (error.kind() != mysql::ErrorKind::kRefused) throw;
            // Without the right PROCESS: the children in the table's own schema.
            children = foreign_keys(
                context.writer, fmt::format("TABLE_SCHEMA = {} AND REFERENCED_TABLE_SCHEMA = {} AND"
                                            " REFERENCED_TABLE_NAME = {}",
                                            schema, schema, table));
        }
    }
    keys.insert(keys.end(), children.begin(), children.end());
    Issues issues;
    for (const auto& key : keys) {
        issues.push_back(fmt::format(
            "foreign key {}: after the swap it would follow the old table, and its cascades are not"
            " in the binlog; drop it for the run and add it again afterwards"
            " (--discard-foreign-keys loses the table's own ones that do not cascade)",
            key));
    }
    return issues;
}

Issues check_triggers(const CheckContext& context) {
    if (context.options.include_triggers) return {};
    Issues issues;
    const sql::TableName& name = context.plan.names.source;
    for (const auto& trigger : trigger_names(context.writer, name)) {
        issues.push_back(fmt::format(
            "trigger `{}` is on {} and would stay with the old table; take it along with"
            " --include-triggers and --trigger-suffix, or drop it for the run and create"
            " it again afterwards",
            trigger, sql::quote(name)));
    }
    return issues;
}

Issues check_alter(const CheckContext& context) {
    Issues issues;
    const sql::Alter& alter = context.plan.alter;
    if (!alter.unsupported.empty()) {
        issues.push_back(
            fmt::format("\"{}\" cannot be done through a ghost table; run it as a native ALTER",
                        alter.unsupported));
    }
    if (alter.adds_foreign_key) {
        issues.push_back(
            "the ALTER adds a foreign key, which a ghost table cannot take along; add it with a "
            "native"
            " ALTER after this migration");
    }
    for (const auto& clause : alter.how_clauses) {
        issues.push_back(fmt::format(
            "\"{}\" says how the server should run the ALTER; wisp runs it on an empty table; leave"
            " it out",
            clause));
    }
    return issues;
}

Issues check_rights(const CheckContext& context) {
    Issues issues;
    const std::string user = context.route.write.user;
    const auto probe = [&](mysql::Connection& connection, const std::string& statement,
                           const std::string& remedy) {
        try {
            connection.query(statement);
        } catch (const mysql::Error& error) {
            if (error.kind() != mysql::ErrorKind::kRefused) throw;
            issues.push_back(fmt::format("{} on {}: {}; {}", user, connection.endpoint().label(),
                                         error.server_text(), remedy));
        }
    };
    const std::string table = sql::quote(context.plan.names.source);
    const std::string schema = sql::quote(context.plan.names.source.schema);
    probe(
        context.writer, fmt::format("SELECT 1 FROM {} LIMIT 0", table),
        fmt::format("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, LOCK TABLES"
                    " ON {}.* TO it",
                    schema));
    const auto& server = context.streamer.server();
    probe(context.streamer,
          server.says_binary_log_status() ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS",
          server.mariadb() ? "GRANT BINLOG MONITOR, REPLICATION SLAVE ON *.* TO it"
                           : "GRANT REPLICATION CLIENT, REPLICATION SLAVE ON *.* TO it");
    return issues;
}

}  // namespace wisp::migrator
