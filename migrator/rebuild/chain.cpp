// SPDX-License-Identifier: Apache-2.0
#include "migrator/rebuild/chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "migrator/checks/check.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "replica/ignore_filter.h"
#include "replica/state.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

constexpr const char* kInstead = "leave out those below it";

Target& named(const Targets& targets, const std::string& label) {
    return **std::find_if(targets.begin(), targets.end(),
                          [&](const auto& target) { return target->replica().label() == label; });
}

std::size_t replicas_above(const Target& target) {
    std::size_t count = 0;
    for (const Target* at = target.above(); at != nullptr; at = at->above()) ++count;
    return count;
}

/// Those below get the table's changes from this one alone: all of them, and in their order.
void demand_hands_on(Target& target) {
    const auto replica = target.connector().connect();
    const auto& found = target.preflight();
    const auto& table = found.plan.source.name;
    for (auto& issue : check_hands_on(*replica, table.schema, kInstead))
        target.add_issue(std::move(issue));
    const auto status = replica::only_channel(*replica);
    if (!found.replicas_own || !status.sql_running || found.passed_over ||
        replica::filters_out(status, table)) {
        target.add_issue(fmt::format(
            "{} does not apply the changes of {} now, so replicas below it would never get them;"
            " rebuild it alone, then those below with it as --host",
            target.replica().label(), sql::quote(table)));
    }
    if (found.delayed) {
        target.add_issue(fmt::format(
            "{} is delayed on purpose, and all below it wait as long; {}, and rebuild them"
            " afterwards with it as --host",
            target.replica().label(), kInstead));
    }
}

/// By GTIDs the cut below counts the primary's only: what else comes down must be there before.
void demand_no_others(Target& target) {
    const std::string& errant = target.above()->preflight().errant;
    if (errant.empty()) return;
    const auto replica = target.connector().connect();
    const auto missing = replica->scalar(
        fmt::format("SELECT GTID_SUBTRACT({}, @@global.gtid_executed)", replica->quote(errant)));
    if (missing.value_or("").empty()) return;
    target.add_issue(fmt::format(
        "{} has transactions of its own that {} has not applied yet: {}; wait until it has",
        target.above()->replica().label(), target.replica().label(), *missing));
}

}  // namespace

void link_chain(const Targets& targets, const std::string& primary) {
    for (const auto& target : targets) {
        const std::string& above = target->preflight().above;
        if (!above.empty()) target->set_above(named(targets, above));
    }
    for (const auto& target : targets) {
        std::size_t steps = 0;
        for (const Target* at = target.get(); at != nullptr; at = at->above()) {
            if (++steps <= targets.size()) continue;
            throw Refusal(fmt::format(
                "{} and {} replicate from each other, and not from {}; name replicas of it",
                at->replica().label(), at->above()->replica().label(), primary));
        }
    }
    for (const auto& target : targets) {
        if (target->hands_on()) demand_hands_on(*target);
        if (target->above() != nullptr && target->preflight().by_gtids) {
            demand_no_others(*target);
        }
    }
}

void order_cuts(Targets& targets) {
    std::stable_sort(targets.begin(), targets.end(), [](const auto& a, const auto& b) {
        return std::pair(a->preflight().delayed, replicas_above(*a)) <
               std::pair(b->preflight().delayed, replicas_above(*b));
    });
}

}  // namespace wisp::migrator
