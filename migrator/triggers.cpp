// SPDX-License-Identifier: Apache-2.0
#include "migrator/triggers.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/log.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/identifier.h"
#include "sql/trigger_text.h"

namespace wisp::migrator {
namespace {

/// While it lives the connection gives bytes as they are stored: a trigger's text is in the
/// character set of the session that made it.
class StoredBytes {
  public:
    explicit StoredBytes(mysql::Connection& connection) : connection_(connection) {
        connection_.execute("SET SESSION character_set_results = NULL");
    }
    StoredBytes(const StoredBytes&) = delete;
    StoredBytes& operator=(const StoredBytes&) = delete;
    ~StoredBytes() {
        try {
            if (connection_.usable()) connection_.execute("SET NAMES utf8mb4");
        } catch (const mysql::Error& error) {
            log::debug("the connection keeps its character set: {}", error.what());
        }
    }

  private:
    mysql::Connection& connection_;
};

/// Of those on the ghost, under either of its names.
void drop_triggers_if(mysql::Connection& connection, const TableNames& names,
                      const std::function<bool(const std::string&)>& wanted) {
    for (const auto& ghost : {names.ghost, names.swap_ghost}) {
        for (const auto& name : trigger_names(connection, ghost)) {
            if (!wanted(name)) continue;
            connection.execute("DROP TRIGGER IF EXISTS " +
                               sql::quote(sql::TableName{ghost.schema, name}));
        }
    }
}

TriggerDefinition read_definition(mysql::Connection& connection, const std::string& schema,
                                  const std::string& name) {
    const auto rows =
        connection.query("SHOW CREATE TRIGGER " + sql::quote(sql::TableName{schema, name}));
    const auto cell = [&](std::string_view column) {
        return rows[0].text(rows.column(column).value());
    };
    auto text = sql::split_create_trigger(cell("SQL Original Statement"));
    if (!text) {
        throw Refusal(fmt::format(
            "trigger {} cannot be taken along: {}; drop it for the run and create it again"
            " afterwards",
            sql::quote(name), text.error()));
    }
    return {std::move(*text), cell("sql_mode"), cell("character_set_client"),
            cell("collation_connection"), cell("Database Collation")};
}

/// UTF-8 text as bytes of the character set that the trigger's statement is in.
std::string in_charset(mysql::Connection& connection, const std::string& text,
                       const std::string& charset) {
    const bool ascii = std::all_of(text.begin(), text.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (ascii || charset.starts_with("utf8")) return text;
    const auto rows = connection.query(
        fmt::format("SELECT CONVERT({0} USING {1}), CONVERT(CONVERT({0} USING {1}) USING utf8mb4)",
                    sql::text_literal(text), charset));
    if (rows[0][1] == text) return rows[0].text(0);
    throw Refusal(fmt::format(
        "{} cannot be written in {}, the character set of a trigger of the table; create that"
        " trigger again from a session with NAMES utf8mb4",
        text, charset));
}

/// A trigger of that name, on a table that will still be there.
void refuse_taken(mysql::Connection& connection, const Plan& plan, const std::string& name) {
    const auto table = connection.scalar(fmt::format(
        "SELECT EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = {0} AND"
        " EVENT_OBJECT_SCHEMA = {0} AND TRIGGER_NAME = {1}",
        sql::text_literal(plan.names.source.schema), sql::text_literal(name)));
    if (!table) return;
    throw Refusal(fmt::format(
        "trigger {} is there already, on {}; drop it, or that table if an earlier migration left"
        " it, or choose another --trigger-suffix",
        sql::quote(name), sql::quote({plan.names.source.schema, *table})));
}

Trigger read_trigger(mysql::Connection& connection, const Plan& plan, const TriggerNaming& naming,
                     const std::string& name) {
    Trigger trigger;
    trigger.name = name;
    trigger.new_name = sql::suffixed_trigger(name, naming.suffix, naming.remove_if_exists);
    if (sql::character_count(trigger.new_name) > sql::kMaxNameCharacters) {
        throw Refusal(
            fmt::format("trigger {} with --trigger-suffix={} is longer than {} characters;"
                        " choose a shorter suffix",
                        sql::quote(name), naming.suffix, sql::kMaxNameCharacters));
    }
    const StoredBytes bytes(connection);
    trigger.definition = read_definition(connection, plan.names.source.schema, name);
    const auto converted = [&](const std::string& text) {
        return in_charset(connection, text, trigger.definition.charset);
    };
    const auto& text = trigger.definition.text;
    trigger.create =
        fmt::format("{} {} {} {} ON ", text.create,
                    converted(sql::quote({plan.names.source.schema, trigger.new_name})),
                    text.timing, text.event);
    trigger.on_ghost = converted(sql::quote(plan.names.ghost));
    trigger.on_swap_ghost = converted(sql::quote(plan.names.swap_ghost));
    return trigger;
}

void create_trigger(mysql::Connection& connection, const Trigger& trigger, bool on_swap_ghost) {
    const auto& definition = trigger.definition;
    connection.execute(fmt::format(
        "SET SESSION sql_mode = '{}', character_set_client = {}, collation_connection = {}",
        definition.sql_mode, definition.charset, definition.collation));
    connection.execute(trigger.create + (on_swap_ghost ? trigger.on_swap_ghost : trigger.on_ghost) +
                       " FOR EACH ROW" + definition.text.body);
}

}  // namespace

std::vector<std::string> trigger_names(mysql::Connection& connection, const sql::TableName& table) {
    std::vector<std::string> names;
    const auto rows = connection.query(fmt::format(
        "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = {} AND"
        " EVENT_OBJECT_TABLE = {} ORDER BY EVENT_MANIPULATION, ACTION_TIMING, ACTION_ORDER",
        sql::text_literal(table.schema), sql::text_literal(table.table)));
    for (const auto& row : rows) names.push_back(row.text(0));
    return names;
}

std::vector<Trigger> read_triggers(mysql::Connection& connection, const Plan& plan,
                                   const TriggerNaming& naming) {
    std::vector<Trigger> triggers;
    for (const auto& name : trigger_names(connection, plan.names.source)) {
        triggers.push_back(read_trigger(connection, plan, naming, name));
    }
    return triggers;
}

void create_triggers(mysql::Connection& connection, const Plan& plan, const sql::TableName& ghost) {
    if (plan.triggers.empty()) return;
    const auto mode = connection.scalar("SELECT @@SESSION.sql_mode").value_or("");
    for (const auto& trigger : plan.triggers) {
        create_trigger(connection, trigger, ghost == plan.names.swap_ghost);
    }
    connection.execute(fmt::format("SET NAMES utf8mb4, SESSION sql_mode = '{}'", mode));
}

void drop_triggers(mysql::Connection& connection, const Plan& plan) {
    drop_triggers_if(connection, plan.names, [&](const std::string& name) {
        return std::any_of(plan.triggers.begin(), plan.triggers.end(),
                           [&](const Trigger& trigger) { return trigger.new_name == name; });
    });
}

void clear_triggers(mysql::Connection& connection, const TableNames& names) {
    drop_triggers_if(connection, names, [](const std::string&) { return true; });
}

void try_triggers(mysql::Connection& connection, const Plan& plan) {
    for (const auto& trigger : plan.triggers) refuse_taken(connection, plan, trigger.new_name);
    try {
        create_triggers(connection, plan, plan.names.ghost);
    } catch (const mysql::Error& error) {
        if (error.kind() == mysql::ErrorKind::kLost) throw;
        throw Refusal(fmt::format(
            "a trigger of {} cannot be made on the ghost table: {} (error {}); it needs the right"
            " TRIGGER, and for the definer of another account SET_ANY_DEFINER (MySQL before 8.2:"
            " SUPER or SET_USER_ID, MariaDB: SET USER)",
            sql::quote(plan.names.source), error.server_text(), error.code()));
    }
    const auto made = trigger_names(connection, plan.names.ghost);
    for (std::size_t i = 0; i < plan.triggers.size(); ++i) {
        const Trigger& trigger = plan.triggers[i];
        const StoredBytes bytes(connection);
        const bool same =
            i < made.size() && made[i] == trigger.new_name &&
            read_definition(connection, plan.names.ghost.schema, made[i]) == trigger.definition;
        if (same) continue;
        throw Refusal(fmt::format(
            "trigger {} would not be the same on the new table (its order, definer, sql_mode,"
            " character set, or the schema's collation, which was {} when it was made); drop it and"
            " create it again, then start again",
            sql::quote(trigger.name), trigger.definition.schema_collation));
    }
    drop_triggers(connection, plan);
}

void demand_same_triggers(mysql::Connection& connection, const Plan& plan) {
    const auto now = trigger_names(connection, plan.names.source);
    bool same = now.size() == plan.triggers.size();
    for (std::size_t i = 0; same && i < now.size(); ++i) {
        const StoredBytes bytes(connection);
        same = now[i] == plan.triggers[i].name &&
               read_definition(connection, plan.names.source.schema, now[i]) ==
                   plan.triggers[i].definition;
    }
    if (same) return;
    throw Refusal(fmt::format(
        "somebody changed the triggers of {} during the run; drop the ghost table and start again",
        sql::quote(plan.names.source)));
}

}  // namespace wisp::migrator
