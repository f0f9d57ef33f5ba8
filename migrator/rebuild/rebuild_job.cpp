// SPDX-License-Identifier: Apache-2.0
#include "migrator/rebuild/rebuild_job.h"

#include <fmt/format.h>

#include "base/fault.h"
#include "base/log.h"
#include "migrator/changelog.h"
#include "migrator/client_mover.h"
#include "migrator/column_map.h"
#include "migrator/inspector.h"
#include "migrator/key_choice.h"
#include "migrator/rebuild/replica_ghost.h"
#include "migrator/refusal.h"
#include "migrator/table_maker.h"
#include "migrator/verify/remote_comparison.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "mysql/retry.h"
#include "replica/gtids.h"
#include "replica/problem.h"
#include "replica/state.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

constexpr const char* kRebuild = "rebuild";  // among custody's notes: the ghost's name

sql::TableName notes_of(const sql::TableName& table) {
    return {table.schema, sql::checkpoint_name(table.table)};
}

}  // namespace

RebuildJob::RebuildJob(RebuildOptions options) : options_(std::move(options)) {
    route_.read = route_.stream = options_.run.endpoint;
    route_.write = options_.replica;
    route_.session.write_binlog = false;
    controls_.facts.write([&](RunFacts& facts) {
        facts.rebuilds = true;
        facts.applier = route_.write.label();
        facts.inspector = route_.stream.label();
    });
}

RebuildJob::~RebuildJob() {
    controls_.watch(nullptr);
}

std::vector<std::string> RebuildJob::left_by_killed() const {
    const auto replica = to_replica().connect();
    const sql::TableName notes = notes_of({options_.run.schema, options_.run.table});
    if (relation(*replica, notes) == Relation::kNone) return {};
    replica::Custody looking(to_replica(), notes);
    std::vector<std::string> owed;
    if (looking.adopt()) owed = looking.owed();
    looking.leave();
    owed.push_back(fmt::format("{} is to be dropped", sql::quote(notes)));
    return owed;
}

void RebuildJob::mend() {
    const sql::TableName asked{options_.run.schema, options_.run.table};
    run_lock_.emplace(to_replica(), asked);
    // A migration of this table has its tables on the replica, under the same names.
    primary_lock_.emplace(to_primary(), asked);
    replica::Custody custody(to_replica(), notes_of(asked));
    if (!custody.adopt()) return;
    for (const auto& sentence : custody.owed())
        log::warn("an earlier run ended early: {}", sentence);
    killed_before_ = custody.remembers(kRebuild);
    if (custody.passed_over()) {
        // Without the filter it would go on with a table that lacks changes, or stop again. This
        // run takes all over in prepare(), if nothing is in the way.
        custody.protect();
        custody.leave();
        return;
    }
    try {
        custody.give_back();
    } catch (const replica::Problem& problem) {
        const auto status = replica::only_channel(custody.session());
        if (!replica::breakage(custody.session(), status).of_a_table()) throw;
        log::warn("{}", problem.what());
        custody.leave();
    }
}

const Preflight& RebuildJob::look() {
    primary_ = to_primary().connect();
    const auto replica = to_replica().connect();
    replica::Custody earlier(to_replica(), notes_of({options_.run.schema, options_.run.table}));
    const bool passed_over = earlier.adopt() && earlier.passed_over();
    earlier.leave();
    found_ = look_before({options_, route_, *primary_, *replica, passed_over});
    controls_.facts.write([&](RunFacts& facts) {
        facts.source = found_.plan.names.source;
        facts.ghost = found_.plan.names.ghost;
        facts.old = found_.plan.names.old;
        facts.applier_version = replica->server().text;
        facts.inspector_version = primary_->server().text;
    });
    return found_;
}

void RebuildJob::prepare() {
    if (!found_.issues.empty()) throw Refusal("the rebuild cannot begin; see what is in the way");
    plan_ = found_.plan;
    custody_.emplace(to_replica(), notes_of(plan_.names.source));
    touched_ = true;
    static_cast<void>(custody_->adopt());  // what could not be given back yet
    custody_->make_writable();
    custody_->remember(kRebuild, plan_.names.ghost.table);
    make_ghost(custody_->session());
    fault::point("rebuild.ghost_made");
    map_columns(plan_);
    choose_key(plan_);
    plan_.hints = binlog::column_hints(plan_.source);
    // A missing table would stop replication at its first row. What an earlier run passed over and
    // did not mend lacks changes.
    if (custody_->passed_over() ||
        (!found_.replicas_own && replica::only_channel(custody_->session()).sql_running)) {
        custody_->stop();
        custody_->ignore(plan_.names.source);
        custody_->start();
        fault::point("rebuild.ignoring");
        return;
    }
    static_cast<void>(pass_over_if_broken(*custody_, plan_.names.source));
}

void RebuildJob::make_ghost(mysql::Connection& connection) {
    if (relation(connection, plan_.names.ghost) != Relation::kNone) {
        if (!killed_before_ && !options_.run.drop_ghost_first) {
            throw Refusal(fmt::format(
                "table {} is on {} already, perhaps from an earlier run; look at it, then drop it"
                " with SET sql_log_bin=0 or pass --initially-drop-ghost-table",
                sql::quote(plan_.names.ghost), route_.write.label()));
        }
        drop_table(connection, plan_.names.ghost);
    }
    if (options_.run.drop_old_first) drop_table(connection, plan_.names.old);
    ghost_made_ = true;  // if the next statement is done, whatever becomes of its answer
    const bool same = found_.replicas_own && same_definition(plan_.source, *found_.replicas_own);
    // Told by its text, the server would write some things down otherwise (character sets).
    connection.execute(same ? fmt::format("CREATE TABLE {} LIKE {}", sql::quote(plan_.names.ghost),
                                          sql::quote(plan_.source.name))
                            : create_ghost(plan_.source, plan_.names.ghost));
    auto made = inspect_table(connection, plan_.names.ghost);
    if (!same && !same_definition(plan_.source, made)) {
        log::info("the server wrote the definition down otherwise than the primary: {}",
                  made.create_statement);
    }
    if (options_.keep_replica_indexes) {
        for (const auto& index : found_.own_indexes) {
            connection.execute(
                fmt::format("ALTER TABLE {} ADD {}", sql::quote(plan_.names.ghost), index));
        }
        made = inspect_table(connection, plan_.names.ghost);
    }
    plan_.ghost = std::move(made);
}

void RebuildJob::make_changelog() {
    if (found_.by_position) return;
    if (relation(*primary_, plan_.names.changelog) != Relation::kNone) {
        if (!killed_before_) {
            throw Refusal(fmt::format(
                "table {} is on {} already, perhaps from an earlier run; look at it, then drop it",
                sql::quote(plan_.names.changelog), route_.read.label()));
        }
        drop_table(*primary_, plan_.names.changelog);
    }
    changelog_made_ = true;
    primary_->execute(create_changelog(plan_.names.changelog));
}

void RebuildJob::drop_changelog() const {
    if (!changelog_made_) return;
    drop_table(*to_primary().connect(), plan_.names.changelog);
}

Method RebuildJob::method() {
    Method method;
    if (found_.by_position) {
        method.signs = std::make_unique<PositionSigns>();
    } else {
        method.signs = std::make_unique<ChangelogSigns>(plan_.names.changelog,
                                                        server_clock(*to_primary().connect()));
    }
    method.mover = [this] { return std::make_unique<ClientMover>(plan_, to_primary()); };
    method.comparison = [this] { return std::make_unique<RemoteComparison>(plan_, to_primary()); };
    auto cut = std::make_unique<ReplicaCut>(plan_, route_, *custody_, *method.signs, found_.errant,
                                            found_.source, options_.run.cut_over_lock_timeout);
    cut_ = cut.get();
    method.swap = std::move(cut);
    return method;
}

void RebuildJob::start() {
    make_changelog();
    auto method = this->method();
    Reached start;
    start.position = method.signs->start(*primary_);
    engine_ = std::make_unique<Engine>(plan_, options_.run, route_, std::move(method), *run_lock_,
                                       std::move(start), controls_, hooks_);
    controls_.watch([engine = engine_.get()] { return engine->snapshot(); });
}

void RebuildJob::run(std::stop_token stop) {
    struct Note {
        RebuildJob& job;
        ~Note() { job.swapped_ = job.cut_->renamed(); }  // what fails after it does not undo it
    };
    const Note note{*this};
    engine_->run(stop);
}

std::vector<std::string> RebuildJob::finish(const std::stop_token& stop) {
    std::vector<std::string> seen;
    mysql::Connection& replica = custody_->session();
    if (options_.run.drop_old_after && !cut_->was_missing()) drop_table(replica, plan_.names.old);
    drop_changelog();
    const auto status = replica::only_channel(replica);
    const auto now = mysql::binlog_status(*to_primary().connect()).value();
    const auto deadline = std::chrono::steady_clock::now() + options_.watch;
    bool passed = false;
    while (!passed && std::chrono::steady_clock::now() < deadline && status.delay == 0) {
        const auto at = replica::only_channel(replica);
        if (at.sql_error != 0) {
            throw Refusal(fmt::format(
                "the table is rebuilt, but replication of {} has stopped again: error {}: {}",
                route_.write.label(), at.sql_error, at.sql_error_text));
        }
        passed = replica::has_applied(replica, now);
        if (!passed && !mysql::pause(stop, std::chrono::milliseconds(20))) break;
    }
    seen.push_back(
        passed ? fmt::format("The replica went on and has passed {}:{}", now.file, now.offset)
               : "The replica goes on; it has not passed what came after the cut yet");
    custody_->give_back();
    if (!found_.by_position) return seen;
    const auto errant = replica::errant(*to_replica().connect(), *to_primary().connect());
    if (errant != found_.errant) {
        seen.push_back("The replica has transactions that the primary does not have: " + errant);
    } else {
        seen.emplace_back("No errant GTID was made");
    }
    return seen;
}

void RebuildJob::clean_up() {
    controls_.watch(nullptr);
    engine_.reset();
    if (!touched_) return;
    if (custody_) {
        if (ghost_made_ && !swapped_) drop_table(custody_->session(), plan_.names.ghost);
        // Notes may stay. A ghost that the next run finds beside them is somebody else's.
        custody_->forget(kRebuild);
        custody_->give_back();
    }
    drop_changelog();
}

}  // namespace wisp::migrator
