// SPDX-License-Identifier: Apache-2.0
#include "migrator/migrate_job.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "base/fault.h"
#include "base/log.h"
#include "migrator/checkpoint_table.h"
#include "migrator/checks/check.h"
#include "migrator/client_mover.h"
#include "migrator/column_map.h"
#include "migrator/cutover_driver.h"
#include "migrator/deferred_indexes.h"
#include "migrator/estimate/figures.h"
#include "migrator/estimate/forecast.h"
#include "migrator/estimate/write_rate.h"
#include "migrator/inspector.h"
#include "migrator/key_choice.h"
#include "migrator/names.h"
#include "migrator/refusal.h"
#include "migrator/replica_test.h"
#include "migrator/resume.h"
#include "migrator/revert.h"
#include "migrator/row_format.h"
#include "migrator/server_mover.h"
#include "migrator/table_maker.h"
#include "migrator/table_swap.h"
#include "migrator/topology.h"
#include "migrator/triggers.h"
#include "migrator/verify/comparison.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "mysql/replica.h"
#include "mysql/retry.h"
#include "sql/create_table.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

std::string local_timestamp() {
    return fmt::format("{:%Y%m%d%H%M%S}", fmt::localtime(std::time(nullptr)));
}

std::size_t secondary_indexes(const sql::Table& table) {
    return static_cast<std::size_t>(std::count_if(
        table.keys.begin(), table.keys.end(), [](const sql::Key& key) { return !key.primary(); }));
}

LeftoverPolicy leftover_policy(const MigrationOptions& options, const Plan& plan) {
    return {options.drop_ghost_first, options.drop_old_first,           !options.execute,
            plan.has_changelog,       options.resume || options.revert, options.revert};
}

/// By which a run takes up what an earlier one left.
std::string flag_of(const MigrationOptions& options) {
    return options.revert ? "--revert" : "--resume";
}

/// A test that was killed between its swap and the way back leaves the real table under the old
/// table's name: whatever the flags say, that is not ours to drop.
void refuse_unfinished_test(mysql::Connection& replica, const TableNames& names) {
    for (const auto& name : {names.swap_old, names.old}) {
        if (relation(replica, name) == Relation::kNone) continue;
        if (is_sentry(replica, name)) continue;
        throw Refusal(fmt::format(
            "table {} is there: an earlier test may have ended between its swap and the way back."
            " Then it is the real table and {} the altered one; look at both, and before "
            "replication"
            " is started run SET SESSION sql_log_bin=0; RENAME TABLE {} TO {}, {} TO {}. If not, "
            "drop"
            " it",
            sql::quote(name), sql::quote(names.source), sql::quote(names.source),
            sql::quote(names.ghost), sql::quote(name), sql::quote(names.source)));
    }
}

/// True if a row event's bytes for the one column mean the same in the other. Replication takes the
/// bytes as they are: it knows no character set, no names of members, no sign.
bool reads_alike(const sql::Column& source, const sql::Column& ghost) {
    const bool members_stay =
        source.members.size() <= ghost.members.size() &&
        std::equal(source.members.begin(), source.members.end(), ghost.members.begin());
    return source.charset == ghost.charset && source.is_unsigned == ghost.is_unsigned &&
           source.members.empty() == ghost.members.empty() && members_stay;
}

/// Replication writes rows by the position of their columns, so to a table with other columns in
/// these places it would write wrong values, in silence where the types allow it.
void demand_same_places(const Plan& plan) {
    const auto& ghost = plan.ghost.columns;
    for (std::size_t i = 0; i < std::min(plan.source.columns.size(), ghost.size()); ++i) {
        const sql::Column& source = plan.source.columns[i];
        const bool fed =
            std::any_of(plan.columns.begin(), plan.columns.end(), [&](const MappedColumn& column) {
                return column.source_index == i && sql::same_name(column.ghost.name, ghost[i].name);
            });
        const bool computed =
            ghost[i].generated != sql::Generated::kNo && sql::same_name(source.name, ghost[i].name);
        if (!fed && !computed) {
            throw Refusal(fmt::format(
                "--migrate-on-replica: replication writes rows by the position of their columns,"
                " and the ALTER puts {} where {} is; add columns at the end and drop them only"
                " there, or migrate on the primary",
                sql::quote(ghost[i].name), sql::quote(source.name)));
        }
        if (reads_alike(source, ghost[i])) continue;
        throw Refusal(fmt::format(
            "--migrate-on-replica: replication writes the bytes of {} ({}) as they are, and as {}"
            " they would mean something else: it converts no character set, no member of an ENUM or"
            " SET, no sign; migrate on the primary",
            sql::quote(source.name), source.column_type, ghost[i].column_type));
    }
}

}  // namespace

MigrateJob::MigrateJob(MigrationOptions options)
    : options_(std::move(options)), controls_(options_), hooks_(options_.hooks, controls_) {}

MigrateJob::~MigrateJob() {
    controls_.watch(nullptr);
}

void MigrateJob::open() {
    if (plan_.alter.clauses.empty() && !options_.revert) read_alter();
    connect();
    controls_.throw_if_ended();
    inspect();
    run_checks({options_, route_, plan_, *writer_, *streamer_});
    run_lock_.emplace(mysql::Connector(route_.write, route_.session), plan_.names.source,
                      plan_.names.ghost);
    if (options_.switch_to_rbr) {
        switch_to_row_format(*streamer_, options_.execute);
        // A session goes on in the format it began with.
        writer_ = mysql::Connector(route_.write, route_.session).connect();
    }
}

bool MigrateJob::alter_metadata(MetadataWay way, const std::stop_token& stop) {
    altered_ = migrator::alter_metadata(mysql::Connector(route_.write, route_.session), plan_, way,
                                        options_.cut_over_lock_timeout, stop);
    return altered_;
}

void MigrateJob::prepare() {
    if (!run_lock_) open();
    controls_.throw_if_ended();
    if (options_.test_on_replica) refuse_unfinished_test(*writer_, plan_.names);
    if (options_.resume || options_.revert) take_up();
    clear_leftovers(*writer_, plan_.names, leftover_policy(options_, plan_));
    if (!resumed_) {
        make_tables(*writer_, plan_);
    } else if (plan_.has_changelog) {
        make_changelog(*writer_, plan_);
    }
    prepared_ = true;
    try {
        complete_plan();
    } catch (...) {
        if (!resumed_ || options_.revert) clean_up();
        throw;
    }
    planned_ = true;
    plan_.hints = binlog::column_hints(plan_.source);
    log::info("planned key={} columns={} dropped={} stricter={}", plan_.key.source_index_name,
              plan_.columns.size(), plan_.dropped.size(), plan_.ghost_is_stricter);
}

void MigrateJob::take_up() {
    if (options_.revert) {
        resumed_ = find_swap(*writer_, plan_, options_.skip_foreign_key_checks);
    } else {
        resumed_ = find_checkpoint(*writer_, plan_, options_.alter);
    }
    if (plan_.has_changelog) last_marker_ = newest_marker(*writer_, plan_.names);
    const std::string flag = flag_of(options_);
    demand_binlog(*streamer_, *resumed_, flag, options_.revert ? kRevertImpossible : kAfresh);
    if (options_.execute) {
        take_over(*writer_, plan_.names, flag);
    } else if (relation(*writer_, plan_.names.ghost) != Relation::kTable) {
        throw Refusal(fmt::format(
            "--revert: an earlier one was killed while it cut over, and {} has its working name {};"
            " with --execute that is tidied up",
            sql::quote(plan_.names.ghost), sql::quote(plan_.names.swap_ghost)));
    }
}

void MigrateJob::complete_plan() {
    plan_.ghost = inspect_table(*writer_, plan_.names.ghost);
    if (options_.revert) {
        plan_.alter = migrator::way_back(*resumed_, plan_.source, plan_.ghost);
    }
    map_columns(plan_);
    choose_key(plan_);
    if (options_.revert) plan_revert(plan_);
    if (options_.migrate_on_replica) demand_same_places(plan_);
    if (options_.resume) {
        recall_deferred_indexes();
    } else if (!options_.revert && options_.defer_indexes) {
        plan_.deferred = deferrable_indexes(plan_.ghost);
    }
    if (options_.resume) clear_triggers(*writer_, plan_.names);
    if (options_.include_triggers) {
        plan_.triggers = read_triggers(*writer_, plan_, options_.triggers);
        try_triggers(*writer_, plan_);
    }
    // What verification will need hours from now, tried here.
    if (options_.verify != Verify::kOff) {
        Comparison(plan_).prepare(*writer_, plan_.names.ghost);
    }
    const auto issues = check_key_is_logged({options_, route_, plan_, *writer_, *streamer_});
    if (!issues.empty()) throw Refusal(issues.front());
    if (options_.resume) demand_same_plan(*resumed_, fingerprint(plan_, options_.alter, {}));
}

void MigrateJob::recall_deferred_indexes() {
    const auto bare = sql::without_counter(plan_.ghost.create_statement);
    if (bare == resumed_->plan.ghost) return;  // built, or never left out
    plan_.deferred = resumed_->deferred;
    plan_.ghost.create_statement = resumed_->plan.ghost;
}

std::string MigrateJob::way_back() const {
    return describe_revert(plan_, *resumed_);
}

void MigrateJob::read_alter() {
    if (options_.revert) {
        if (options_.schema.empty()) throw Refusal("--database is missing");
        if (options_.table.empty()) throw Refusal("--table is missing");
        return announce_names();
    }
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
    if (options_.skip_renamed_columns) drop_renamed_columns(plan_.alter);
    if (options_.timestamp_old_table) stamp_ = local_timestamp();
    announce_names();
}

void MigrateJob::announce_names() {
    controls_.facts.write([&](RunFacts& facts) {
        facts.source = {options_.schema, options_.table};
        auto names = table_names(facts.source, stamp_, options_.force_table_names);
        if (options_.revert) names = names_of_revert(names, options_.old_table);
        facts.ghost = names.ghost;
        facts.old = names.old;
    });
}

void MigrateJob::connect() {
    route_ = find_route(options_);
    plan_.has_changelog = route_.session.write_binlog;
    if (options_.on_replica()) warn_of_replica();
    writer_ = mysql::Connector(route_.write, route_.session).connect();
    streamer_ = mysql::Connector(route_.stream, route_.session).connect();
    log::info("connected write={} ({}) stream={} ({})", route_.write.label(),
              writer_->server().text, route_.stream.label(), streamer_->server().text);
    controls_.facts.write([&](RunFacts& facts) {
        facts.applier = route_.write.label();
        facts.inspector = route_.stream.label();
        facts.applier_version = writer_->server().text;
        facts.inspector_version = streamer_->server().text;
    });
}

void MigrateJob::warn_of_replica() const {
    const auto knobs = options_.knobs->copy();
    if (!plan_.has_changelog && (!knobs.control_replicas.empty() || knobs.find_replicas)) {
        log::warn(
            "--throttle-control-replicas and --throttle-replicas have no effect: what is written on"
            " {} is not in its binlog, so no other server replicates it",
            route_.write.label());
    }
}

void MigrateJob::inspect() {
    const sql::TableName name{options_.schema, options_.table};
    if (relation(*writer_, name) == Relation::kView) {
        throw Refusal(fmt::format("{} is a view; only tables can be migrated", sql::quote(name)));
    }
    plan_.source = inspect_table(*writer_, name);
    plan_.names = table_names(plan_.source.name, stamp_, options_.force_table_names);
    for (const auto& ours :
         {plan_.names.ghost, plan_.names.changelog, plan_.names.old, plan_.names.checkpoint}) {
        if (!sql::same_name(ours.table, plan_.source.name.table)) continue;
        throw Refusal(fmt::format(
            "--force-table-names={} would give a table of wisp's the name of {} itself; choose"
            " another one",
            options_.force_table_names, sql::quote(plan_.source.name)));
    }
    if (options_.revert) plan_.names = names_of_revert(plan_.names, options_.old_table);
    plan_.allow_nullable_key = options_.allow_nullable_key;
    plan_.has_checkpoint = options_.checkpoint && options_.execute && !options_.revert;
    plan_.panic_on_warnings = options_.panic_on_warnings;
    controls_.facts.write([&](RunFacts& facts) {
        facts.source = plan_.names.source;
        facts.ghost = plan_.names.ghost;
        facts.old = plan_.names.old;
    });
}

Estimate MigrateJob::estimate(const std::stop_token& stop) {
    const auto throw_if_stopped = [&] {
        if (stop.stop_requested()) throw Stopped("stopped on request");
    };
    throw_if_stopped();
    const auto reader = mysql::Connector(route_.read, route_.session).connect();
    Estimate estimate;
    {
        const std::stop_callback cancel(stop, [&] { reader->cancel(); });
        try {
            estimate.size = table_size(*reader, plan_.source.name);
            estimate.sample = sample_read(*reader, plan_, estimate.size);
            estimate.rooms = disk_rooms(*reader);
        } catch (const mysql::Error&) {
            throw_if_stopped();
            throw;
        }
    }
    estimate.writes = measure_writes(route_.stream, plan_.source, {}, stop);
    throw_if_stopped();
    estimate.forecast = forecast(estimate, {options_.verify, secondary_indexes(plan_.source),
                                            secondary_indexes(plan_.ghost), plan_.deferred.size()});
    return estimate;
}

void MigrateJob::start() {
    Checkpoint checkpoint;
    checkpoint.plan = fingerprint(plan_, options_.alter, binlog_identity(*streamer_));
    checkpoint.deferred = plan_.deferred;
    checkpoint.old_table = plan_.names.old.table;
    if (!resumed_ && !plan_.deferred.empty()) {
        writer_->execute(drop_indexes(plan_.names.ghost, plan_.deferred));
        log::info("left out of the ghost until the copy is done indexes={}", plan_.deferred.size());
        fault::point("indexes.dropped");
    }
    auto method = this->method();
    const Reached start = this->start_of(*method.signs);
    if (plan_.has_checkpoint) {
        checkpoint.bare_ghost =
            sql::without_counter(inspect_table(*writer_, plan_.names.ghost).create_statement);
        method.save = [checkpoint = std::move(checkpoint), name = plan_.names.checkpoint](
                          mysql::Connection& connection, const Reached& reached) mutable {
            checkpoint.reached = reached;
            migrator::save_checkpoint(connection, name, checkpoint);
        };
    }
    engine_ = std::make_unique<Engine>(plan_, options_, route_, std::move(method), *run_lock_,
                                       start, controls_, hooks_);
    controls_.watch([engine = engine_.get()] { return engine->snapshot(); });
}

Reached MigrateJob::start_of(Signs& signs) {
    constexpr std::chrono::seconds kPatience{60};
    Reached start;
    start.position = signs.start(*streamer_);
    if (!resumed_) return start;
    // What this proves visible must reach as far as the checkpoint.
    const auto limit = std::chrono::steady_clock::now() + kPatience;
    while (start.position < resumed_->reached.position) {
        if (std::chrono::steady_clock::now() > limit) {
            throw Refusal(fmt::format(
                "{}: the binlog of {} is not visible up to the checkpoint at {}; look for commits"
                " that do not end there and run it again",
                flag_of(options_), route_.stream.label(), resumed_->reached.position.text()));
        }
        controls_.throw_if_ended();
        static_cast<void>(mysql::pause(controls_.ending(), std::chrono::milliseconds(100)));
        start.position = signs.start(*streamer_);
    }
    log::info("resuming position={} finished_ranges={} rows={} rows_verified={}",
              resumed_->reached.position.text(), resumed_->reached.finished.size(),
              resumed_->reached.rows, resumed_->reached.rows_verified);
    return resumed_->reached;
}

Method MigrateJob::method() {
    const mysql::Connector connector(route_.write, route_.session);
    Method method;
    if (plan_.has_changelog) {
        method.signs = std::make_unique<ChangelogSigns>(
            plan_.names.changelog, std::max(last_marker_, server_clock(*writer_)));
    } else {
        method.signs = std::make_unique<PositionSigns>();
    }
    method.swap = std::make_unique<TableSwap>(plan_, connector, *method.signs,
                                              options_.cut_over_lock_timeout);
    if (options_.test_on_replica) {
        method.swap =
            std::make_unique<ReplicaTest>(std::move(method.swap), plan_, connector, *method.signs,
                                          hooks_, !options_.skip_replica_stop);
    }
    method.mover = [this, connector]() -> std::unique_ptr<RowMover> {
        if (options_.mover == Mover::kServer) return std::make_unique<ServerMover>(plan_);
        return std::make_unique<ClientMover>(plan_, connector);
    };
    method.recopies = !options_.revert;
    method.comparison = [this] { return std::make_unique<Comparison>(plan_); };
    return method;
}

void MigrateJob::run(std::stop_token stop) {
    engine_->run(stop);
    (options_.test_on_replica ? tested_ : swapped_) = true;
    fault::point("cleanup.before_drop");
}

void MigrateJob::clean_up() {
    // With the lock: what is dropped here is ours, not another run's.
    mysql::Connection& writer = run_lock_->session({});
    if (plan_.has_changelog) drop_table(writer, plan_.names.changelog);
    if (options_.revert) {
        // The table as it was is not ours to drop; with the swap back its checkpoint is void.
        if (swapped_) drop_table(writer, plan_.names.checkpoint);
    } else if (!swapped_ && !tested_) {
        drop_table(writer, plan_.names.ghost);
    }
    if (swapped_ && options_.drop_old_after) drop_table(writer, plan_.names.old);
    // As long as the old table is kept, the checkpoint tells where the swap was.
    const bool over = !swapped_ || options_.drop_old_after;
    if (plan_.has_checkpoint && over) drop_table(writer, plan_.names.checkpoint);
}

bool MigrateJob::can_be_resumed() {
    if (!prepared_ || !plan_.has_checkpoint || swapped_) return false;
    try {
        const auto connection = mysql::Connector(route_.write, route_.session).connect();
        return load_checkpoint(*connection, plan_.names.checkpoint).has_value();
    } catch (const std::exception& error) {
        log::warn("whether the run can be resumed is not known: {}", error.what());
        return false;
    }
}

std::string MigrateJob::left_behind() {
    if (!prepared_) return {};
    try {
        const auto connection = mysql::Connector(route_.write, route_.session).connect();
        std::string list;
        for (const auto& table : tables_left(*connection, plan_)) {
            // It tells of the swap, as long as the old table is there.
            if (swapped_ && table == sql::quote(plan_.names.checkpoint)) continue;
            // Of a revert these are the tables as the migration left them.
            if (options_.revert && table != sql::quote(plan_.names.changelog)) continue;
            list += (list.empty() ? "" : ", ") + table;
        }
        if (list.empty()) return {};
        return fmt::format("left on {}: {}; remove with {}DROP TABLE {};", route_.write.label(),
                           list, plan_.has_changelog ? "" : "SET SESSION sql_log_bin=0; ", list);
    } catch (const mysql::Error&) {
        if (options_.revert) {
            return fmt::format(
                "{} cannot be reached now; {} may be left there and can be dropped,"
                " no other table",
                route_.write.label(), sql::quote(plan_.names.changelog));
        }
        return fmt::format("{} cannot be reached now; look there for {}, {} and drop them",
                           route_.write.label(), sql::quote(plan_.names.ghost),
                           sql::quote(plan_.names.changelog));
    }
}

}  // namespace wisp::migrator
