// SPDX-License-Identifier: Apache-2.0
#include "migrator/rebuild/rebuild_job.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/thread.h"
#include "migrator/changelog.h"
#include "migrator/checkpoint.h"
#include "migrator/client_mover.h"
#include "migrator/column_map.h"
#include "migrator/copy_sql.h"
#include "migrator/inspector.h"
#include "migrator/key_choice.h"
#include "migrator/rebuild/chain.h"
#include "migrator/refusal.h"
#include "migrator/resume.h"
#include "migrator/table_maker.h"
#include "migrator/verify/remote_comparison.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

/// What is written to the one ghost can be written to the other as it is. Their definitions may be
/// written down in two ways: one is made LIKE the table, one from the primary's text.
bool written_alike(const Plan& a, const Plan& b) {
    const auto print = [](const Plan& plan) { return fingerprint(plan, {}, {}); };
    return print(a).columns == print(b).columns && print(a).key == print(b).key &&
           a.ghost_is_stricter == b.ghost_is_stricter && a.exact_key == b.exact_key &&
           ghost_key_name(a) == ghost_key_name(b) &&
           has_other_unique_keys(a) == has_other_unique_keys(b);
}

}  // namespace

RebuildJob::RebuildJob(RebuildOptions options) : options_(std::move(options)) {
    for (const auto& replica : options_.replicas) {
        targets_.push_back(std::make_unique<Target>(options_, replica));
    }
    controls_.facts.write([&](RunFacts& facts) {
        facts.rebuilds = true;
        facts.applier = replicas();
        facts.inspector = options_.run.endpoint.label();
    });
}

RebuildJob::~RebuildJob() {
    controls_.watch(nullptr);
}

std::string RebuildJob::replicas() const {
    std::string list;
    for (const auto& target : targets_) {
        list += (list.empty() ? "" : ",") + target->replica().label();
    }
    return list;
}

void RebuildJob::mend() {
    static_cast<void>(fellows());  // none twice, before the locks
    for (const auto& target : targets_) target->lock();
    // A migration of this table has its tables on the replicas, under the same names.
    primary_lock_.emplace(to_primary(), sql::TableName{options_.run.schema, options_.run.table});
    for (const auto& target : targets_) target->mend();
}

void RebuildJob::look() {
    const auto fellows = this->fellows();
    primary_ = to_primary().connect();
    for (const auto& target : targets_) static_cast<void>(target->look(*primary_, fellows));
    link_chain(targets_, options_.run.endpoint.label());
    order_cuts(targets_);
    const auto& names = targets_.front()->preflight().plan.names;
    controls_.facts.write([&](RunFacts& facts) {
        facts.source = names.source;
        facts.ghost = names.ghost;
        facts.old = names.old;
        facts.applier_version = targets_.front()->preflight().version;
        facts.inspector_version = primary_->server().text;
    });
}

std::vector<Fellow> RebuildJob::fellows() const {
    std::vector<Fellow> all;
    for (const auto& target : targets_) {
        const auto connection = target->connector().connect();
        Fellow fellow{target->replica(), binlog_identity(*connection),
                      static_cast<std::uint32_t>(
                          connection->query("SELECT @@global.server_id")[0].number(0))};
        for (const auto& other : all) {
            if (other.identity != fellow.identity) continue;
            throw Refusal(fmt::format("--replica: {} and {} are the same server; name it once",
                                      other.endpoint.label(), fellow.endpoint.label()));
        }
        all.push_back(std::move(fellow));
    }
    return all;
}

void RebuildJob::prepare() {
    for (const auto& target : targets_) {
        if (target->preflight().issues.empty()) continue;
        throw Refusal("the rebuild cannot begin; see what is in the way");
    }
    for (const auto& target : targets_) {
        Plan plan = target->preflight().plan;
        plan.ghost = target->make_ghost();
        map_columns(plan);
        choose_key(plan);
        plan.hints = binlog::column_hints(plan.source);
        if (target == targets_.front()) {
            plan_ = std::move(plan);
        } else if (!written_alike(plan_, plan)) {
            throw Refusal(fmt::format(
                "the new table on {} has not the same columns or keys as that on {}; rebuild them"
                " one at a time. There: {} Here: {}",
                target->replica().label(), targets_.front()->replica().label(),
                plan.ghost.create_statement, plan_.ghost.create_statement));
        }
    }
    for (const auto& target : targets_) target->pass_over();
}

std::vector<mysql::Connector> RebuildJob::further() const {
    std::vector<mysql::Connector> all;
    for (const auto& target : targets_) {
        if (target != targets_.back()) all.push_back(target->connector());
    }
    return all;
}

void RebuildJob::make_changelog() {
    if (targets_.front()->preflight().by_position) return;
    if (relation(*primary_, plan_.names.changelog) != Relation::kNone) {
        const bool ours = std::any_of(targets_.begin(), targets_.end(),
                                      [](const auto& target) { return target->killed_before(); });
        if (!ours) {
            throw Refusal(fmt::format(
                "table {} is on {} already, perhaps from an earlier run; look at it, then drop it",
                sql::quote(plan_.names.changelog), options_.run.endpoint.label()));
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
    if (targets_.front()->preflight().by_position) {
        method.signs = std::make_unique<PositionSigns>();
    } else {
        method.signs = std::make_unique<ChangelogSigns>(plan_.names.changelog,
                                                        server_clock(*to_primary().connect()));
    }
    method.mover = [this] { return std::make_unique<ClientMover>(plan_, to_primary(), further()); };
    method.comparison = [this] {
        return std::make_unique<RemoteComparison>(plan_, to_primary(), further());
    };
    std::vector<ReplicaCuts::One> cuts;
    for (const auto& target : targets_) {
        cuts.push_back({target->cut(plan_, *method.signs),
                        [one = target.get()](const std::stop_token& stop) { one->finish(stop); }});
    }
    method.swap = std::make_unique<ReplicaCuts>(std::move(cuts));
    return method;
}

void RebuildJob::start() {
    route_.read = route_.stream = options_.run.endpoint;
    route_.write = targets_.back()->replica();
    route_.session = targets_.back()->connector().session();
    for (const auto& connector : further()) route_.further.push_back(connector.endpoint());
    make_changelog();
    auto method = this->method();
    Reached start;
    start.position = method.signs->start(*primary_);
    engine_ =
        std::make_unique<Engine>(plan_, options_.run, route_, std::move(method),
                                 targets_.back()->run_lock(), std::move(start), controls_, hooks_);
    controls_.watch([engine = engine_.get()] { return engine->snapshot(); });
}

void RebuildJob::run(std::stop_token stop) {
    struct Note {
        RebuildJob& job;
        ~Note() {
            for (const auto& target : job.targets_) target->note_cut();
        }
    };
    const Note note{*this};
    std::stop_source ending;
    const std::stop_callback forward(stop, [&] { ending.request_stop(); });
    Thread locks(
        "run locks", [this](const std::stop_token& stopped) { keep_locks(stopped); },
        [&] { ending.request_stop(); });
    const auto end_locks = [&] {
        locks.request_stop();
        locks.join();
        locks.rethrow();
    };
    try {
        engine_->run(ending.get_token());
    } catch (...) {
        end_locks();  // the cause, where the engine was only stopped
        throw;
    }
    end_locks();
}

void RebuildJob::keep_locks(const std::stop_token& stop) {
    const auto keep = [&](const auto& ask) {
        try {
            ask();
        } catch (const mysql::Error& error) {
            const bool again = error.kind() == mysql::ErrorKind::kLost || error.retryable();
            if (!stop.stop_requested() && !again) throw;
        } catch (...) {
            if (!stop.stop_requested()) throw;
        }
    };
    do {
        for (const auto& target : targets_) {
            if (target == targets_.back()) break;  // the engine's heartbeat asks for that one
            keep([&] { target->keep_lock(stop); });
        }
        keep([&] { static_cast<void>(primary_lock_->session(stop)); });
    } while (pause(stop, options_.run.heartbeat));
}

void RebuildJob::finish(const std::stop_token& stop) {
    drop_changelog();
    for (const auto& target : targets_) target->finish(stop);
    for (const auto& target : targets_) {
        if (!target->trouble().empty()) throw Refusal(target->trouble());
    }
}

void RebuildJob::clean_up(const std::function<void(const Target&, const std::string&)>& tell) {
    controls_.watch(nullptr);
    engine_.reset();
    for (const auto& target : targets_) {
        if (!target->touched()) continue;
        std::string problem;
        try {
            target->clean_up();
        } catch (const std::exception& error) {
            problem = error.what();
        }
        tell(*target, problem);
    }
    drop_changelog();
}

}  // namespace wisp::migrator
