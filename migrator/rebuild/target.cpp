// SPDX-License-Identifier: Apache-2.0
#include "migrator/rebuild/target.h"

#include <fmt/format.h>

#include "base/fault.h"
#include "base/log.h"
#include "migrator/inspector.h"
#include "migrator/names.h"
#include "migrator/rebuild/replica_ghost.h"
#include "migrator/refusal.h"
#include "migrator/table_maker.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "mysql/replica.h"
#include "mysql/retry.h"
#include "replica/gtids.h"
#include "replica/problem.h"
#include "replica/state.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

constexpr std::chrono::seconds kLookAbove{3};  // a replica stands meanwhile
constexpr const char* kRebuild = "rebuild";    // among custody's notes: the ghost's name

sql::TableName notes_of(const sql::TableName& table) {
    return {table.schema, sql::checkpoint_name(table.table)};
}

mysql::Session without_binlog() {
    mysql::Session session;
    session.write_binlog = false;
    return session;
}

}  // namespace

Target::Target(const RebuildOptions& options, mysql::Endpoint replica)
    : options_(options), connector_(std::move(replica), without_binlog()) {}

std::vector<std::string> Target::left_by_killed() const {
    const auto replica = connector_.connect();
    const sql::TableName notes = notes_of(asked());
    if (relation(*replica, notes) == Relation::kNone) return {};
    replica::Custody looking(connector_, notes);
    std::vector<std::string> owed;
    if (looking.adopt()) owed = looking.owed();
    looking.leave();
    owed.push_back(fmt::format("{} is to be dropped", sql::quote(notes)));
    return owed;
}

void Target::lock() {
    run_lock_.emplace(connector_, asked());
}

void Target::keep_lock(const std::stop_token& stop) {
    // Once it is finished nothing more is done there, but for a cut below it, and it may be away.
    if (!finished_ || hands_on_) static_cast<void>(run_lock_->session(stop));
}

void Target::mend() {
    replica::Custody custody(connector_, notes_of(asked()));
    if (!custody.adopt()) return;
    for (const auto& sentence : custody.owed())
        log::warn("an earlier run ended early on {}: {}", replica().label(), sentence);
    killed_before_ = custody.remembers(kRebuild);
    if (custody.passed_over()) {
        // Without the filter it would go on with a table that lacks changes, or stop again. This
        // run takes all over in make_ghost(), if nothing is in the way.
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

const Preflight& Target::look(mysql::Connection& primary, const std::vector<Fellow>& fellows) {
    const auto replica = connector_.connect();
    replica::Custody earlier(connector_, notes_of(asked()));
    const bool adopted = earlier.adopt();
    const bool passed_over = adopted && earlier.passed_over();
    ghost_is_ours_ = killed_before_ || (adopted && earlier.remembers(kRebuild));
    earlier.leave();
    Route route;
    route.read = route.stream = options_.run.endpoint;
    route.write = connector_.endpoint();
    route.session = connector_.session();
    found_ =
        look_before({options_, route, primary, *replica, fellows, passed_over, ghost_is_ours_});
    return found_;
}

void Target::set_above(Target& above) {
    above_ = &above;
    above.hands_on_ = true;
}

sql::Table Target::make_ghost() {
    custody_.emplace(connector_, notes_of(asked()));
    static_cast<void>(custody_->adopt());  // what could not be given back yet
    custody_->make_writable();
    const sql::TableName& name = found_.plan.names.ghost;
    const sql::Table& source = found_.plan.source;
    custody_->remember(kRebuild, name.table);
    mysql::Connection& connection = custody_->session();
    if (relation(connection, name) != Relation::kNone) {
        // The preflight refuses such a one; this came since.
        if (!ghost_is_ours_ && !options_.run.drop_ghost_first) {
            throw Refusal(fmt::format("{} was made on {} just now, by somebody else; look at it",
                                      sql::quote(name), replica().label()));
        }
        drop_table(connection, name);
    }
    if (options_.run.drop_old_first) drop_table(connection, found_.plan.names.old);
    ghost_made_ = true;  // if the next statement is done, whatever becomes of its answer
    const bool same = found_.replicas_own && same_definition(source, *found_.replicas_own);
    // Told by its text, the server would write some things down otherwise (character sets).
    connection.execute(
        same ? fmt::format("CREATE TABLE {} LIKE {}", sql::quote(name), sql::quote(source.name))
             : create_ghost(source, name));
    auto made = inspect_table(connection, name);
    if (!same && !same_definition(source, made)) {
        log::info("the server wrote the definition down otherwise than the primary: {}",
                  made.create_statement);
    }
    if (options_.keep_replica_indexes) {
        for (const auto& index : found_.own_indexes) {
            connection.execute(fmt::format("ALTER TABLE {} ADD {}", sql::quote(name), index));
        }
        made = inspect_table(connection, name);
    }
    fault::point("rebuild.ghost_made");
    return made;
}

void Target::pass_over() {
    // A missing table would stop replication at its first row. What an earlier run passed over and
    // did not mend lacks changes.
    const sql::TableName& table = found_.plan.names.source;
    if (custody_->passed_over() ||
        (!found_.replicas_own && replica::only_channel(custody_->session()).sql_running)) {
        custody_->stop();
        custody_->ignore(table);
        custody_->start();
        fault::point("rebuild.ignoring");
        return;
    }
    static_cast<void>(pass_over_if_broken(*custody_, table, hands_on_));
}

std::unique_ptr<ReplicaCut> Target::cut(const Plan& plan, Signs& signs) {
    Standing standing{found_.errant, found_.source, hands_on_, {}};
    if (above_ != nullptr) {
        mysql::Endpoint above = above_->replica();
        above.connect_timeout = above.io_timeout = kLookAbove;
        standing.above = mysql::Connector(std::move(above), {});
    }
    auto cut = std::make_unique<ReplicaCut>(plan, to_primary(), connector_, *custody_, signs,
                                            std::move(standing), options_.run.cut_over_lock_timeout,
                                            by_upper() ? above_->as_upper() : nullptr);
    cut_ = cut.get();
    return cut;
}

std::unique_ptr<UpperReplica> Target::as_upper() {
    return std::make_unique<UpperReplica>(*custody_, found_.source,
                                          above_ != nullptr ? above_->as_upper() : nullptr);
}

void Target::note_cut() {
    if (cut_ == nullptr) return;
    swapped_ = cut_->renamed();  // what fails after it does not undo it
    was_missing_ = cut_->was_missing();
    if (swapped_) cut_ = nullptr;
}

void Target::finish(const std::stop_token& stop) {
    note_cut();
    if (finished_.exchange(true)) return give_back_at_last();  // after cuts below it
    try {
        drop_old_table();
        watch(stop);
        custody_->give_back();
        if (!found_.by_position) return;
        const auto errant =
            replica::errant_since(*connector_.connect(), *to_primary().connect(), found_.errant);
        seen_.push_back(errant.empty()
                            ? "No errant GTID was made"
                            : "The replica has transactions that the primary does not have: " +
                                  errant);
    } catch (const std::exception& error) {
        trouble_ =
            fmt::format("the table is rebuilt on {}, but: {}", replica().label(), error.what());
        log::error("{}", trouble_);
        give_back_at_last();
    }
}

void Target::give_back_at_last() {
    try {
        custody_->give_back();
    } catch (const std::exception& error) {
        log::error("{}", error.what());
        if (trouble_.empty()) trouble_ = error.what();
    }
}

void Target::drop_old_table() {
    if (options_.run.drop_old_after && !was_missing_) {
        drop_table(custody_->session(), found_.plan.names.old);
    }
}

void Target::watch(const std::stop_token& stop) {
    mysql::Connection& session = custody_->session();
    const auto status = replica::only_channel(session);
    const auto source = by_upper() ? above_->connector() : to_primary();
    const auto now = mysql::binlog_status(*source.connect()).value();
    const auto deadline = std::chrono::steady_clock::now() + options_.watch;
    bool passed = false;
    while (!passed && std::chrono::steady_clock::now() < deadline && status.delay == 0) {
        const auto at = replica::only_channel(session);
        if (at.sql_error != 0) {
            throw Refusal(fmt::format("replication of {} has stopped again: error {}: {}",
                                      replica().label(), at.sql_error, at.sql_error_text));
        }
        passed = replica::has_applied(session, now);
        if (!passed && !mysql::pause(stop, std::chrono::milliseconds(20))) break;
    }
    seen_.push_back(passed ? fmt::format("The replica went on and has passed {}:{} of {}", now.file,
                                         now.offset, source.endpoint().label())
                           : "The replica goes on; it has not passed what came after the cut yet");
}

void Target::clean_up() {
    if (!custody_) return;
    cut_ = nullptr;
    if (ghost_made_ && !swapped_) drop_table(custody_->session(), found_.plan.names.ghost);
    // Notes may stay. A ghost that the next run finds beside them is somebody else's.
    custody_->forget(kRebuild);
    custody_->give_back();
}

}  // namespace wisp::migrator
