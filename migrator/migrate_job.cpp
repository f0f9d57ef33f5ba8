// SPDX-License-Identifier: Apache-2.0
#include "migrator/migrate_job.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include "base/fault.h"
#include "base/log.h"
#include "migrator/checks/check.h"
#include "migrator/column_map.h"
#include "migrator/inspector.h"
#include "migrator/key_choice.h"
#include "migrator/names.h"
#include "migrator/refusal.h"
#include "migrator/table_maker.h"
#include "migrator/topology.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "mysql/replica.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

std::string local_timestamp() {
    return fmt::format("{:%Y%m%d%H%M%S}", fmt::localtime(std::time(nullptr)));
}

LeftoverPolicy leftover_policy(const MigrationOptions& options) {
    return {options.drop_ghost_first, options.drop_old_first};
}

}  // namespace

MigrateJob::MigrateJob(MigrationOptions options) : options_(std::move(options)) {}

MigrateJob::~MigrateJob() = default;

void MigrateJob::prepare() {
    split_alter();
    connect();
    inspect();
    run_checks({options_, route_, plan_, *writer_, *streamer_});
    run_lock_.emplace(mysql::Connector(route_.write, route_.session), plan_.names.source);
    clear_leftovers(*writer_, plan_.names, leftover_policy(options_));
    make_tables(*writer_, plan_);
    prepared_ = true;
    try {
        plan_.ghost = inspect_table(*writer_, plan_.names.ghost);
        map_columns(plan_);
        choose_key(plan_);
    } catch (...) {
        clean_up();
        throw;
    }
    plan_.hints = binlog::column_hints(plan_.source);
    log::info("planned key={} columns={} dropped={} stricter={}", plan_.key.source_index_name,
              plan_.columns.size(), plan_.dropped.size(), plan_.ghost_is_stricter);
}

void MigrateJob::split_alter() {
    auto alter = sql::split_alter(options_.alter);
    if (!alter) throw Refusal("--alter: " + alter.error());
    plan_.alter = std::move(*alter);
    if (options_.schema.empty()) options_.schema = plan_.alter.schema.value_or("");
    if (options_.table.empty()) options_.table = plan_.alter.table.value_or("");
    if (options_.schema.empty())
        throw Refusal("--database is missing, and --alter does not name one");
    if (options_.table.empty()) throw Refusal("--table is missing, and --alter does not name one");
    const auto differs = [](const std::optional<std::string>& in_alter, const std::string& flag) {
        return in_alter && !sql::same_name(*in_alter, flag);
    };
    if (differs(plan_.alter.schema, options_.schema) ||
        differs(plan_.alter.table, options_.table)) {
        throw Refusal("--alter names another table than --database and --table; give one of them");
    }
}

void MigrateJob::connect() {
    route_ = find_route(options_);
    writer_ = mysql::Connector(route_.write, route_.session).connect();
    streamer_ = mysql::Connector(route_.stream, route_.session).connect();
    log::info("connected write={} ({}) stream={} ({})", route_.write.label(),
              writer_->server().text, route_.stream.label(), streamer_->server().text);
}

void MigrateJob::inspect() {
    const sql::TableName name{options_.schema, options_.table};
    if (relation(*writer_, name) == Relation::kView) {
        throw Refusal(fmt::format("{} is a view; only tables can be migrated", sql::quote(name)));
    }
    plan_.source = inspect_table(*writer_, name);
    plan_.names =
        table_names(plan_.source.name, options_.timestamp_old_table ? local_timestamp() : "");
}

void MigrateJob::start() {
    const auto end = mysql::binlog_status(*streamer_);
    if (!end) throw Refusal("the binary log of " + route_.stream.label() + " is off");
    engine_ = std::make_unique<Engine>(plan_, options_, route_, *run_lock_,
                                       binlog::Position{end->file, end->offset});
}

void MigrateJob::run(std::stop_token stop) {
    engine_->run(stop);
    swapped_ = true;
    fault::point("cleanup.before_drop");
}

void MigrateJob::clean_up() {
    // With the lock: what is dropped here is ours, not another run's.
    mysql::Connection& writer = run_lock_->session({});
    drop_table(writer, plan_.names.changelog);
    if (!swapped_) drop_table(writer, plan_.names.ghost);
    if (swapped_ && options_.drop_old_after) drop_table(writer, plan_.names.old);
}

std::string MigrateJob::left_behind() {
    if (!prepared_) return {};
    try {
        const auto connection = mysql::Connector(route_.write, route_.session).connect();
        std::string list;
        for (const auto& table : tables_left(*connection, plan_.names)) {
            list += (list.empty() ? "" : ", ") + table;
        }
        if (list.empty()) return {};
        return fmt::format("left on {}: {}; remove with DROP TABLE {};", route_.write.label(), list,
                           list);
    } catch (const mysql::Error&) {
        return fmt::format("{} cannot be reached now; look there for {}, {} and drop them",
                           route_.write.label(), sql::quote(plan_.names.ghost),
                           sql::quote(plan_.names.changelog));
    }
}

}  // namespace wisp::migrator
