// SPDX-License-Identifier: Apache-2.0
#include "migrator/table_swap.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/fault.h"
#include "base/log.h"
#include "migrator/progress.h"
#include "migrator/refusal.h"
#include "migrator/statement_guard.h"
#include "migrator/table_maker.h"
#include "migrator/triggers.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

constexpr std::size_t kKeys = 200;  // in one condition

}  // namespace

TableSwap::TableSwap(const Plan& plan, mysql::Connector connector, Signs& signs,
                     std::chrono::seconds limit)
    : plan_(plan), connector_(std::move(connector)), signs_(signs), limit_(limit) {}

void TableSwap::prepare(mysql::Connection& control) {
    renames_under_lock_ = control.server().renames_under_lock();
    carry_counter(control, control, plan_);
    demand_same_triggers(control, plan_);
}

std::optional<std::string> TableSwap::attempt(const SwapContext& run) {
    run.guard.expect_swap(plan_.has_changelog);
    CutoverContext context{plan_, connector_, run.applier, limit_, signs_, run.stop, {}, {}, {}};
    if (!plan_.triggers.empty()) {
        context.before_rename = [this](mysql::Connection& session, const sql::TableName& ghost) {
            create_triggers(session, plan_, ghost);
            fault::point("cutover.triggers_made");
        };
    }
    if (!run.moving.empty()) arrange_last_look(context, run);
    const auto driver = renames_under_lock_ ? make_session_driver(std::move(context))
                                            : make_sentry_driver(std::move(context));
    const CutoverState end = run_cutover(*driver);
    const auto stall =
        std::chrono::duration_cast<std::chrono::microseconds>(driver->stalled_for()).count();
    run.progress.longest_stall_microseconds =
        std::max<std::int64_t>(run.progress.longest_stall_microseconds, stall);
    if (end == CutoverState::kSwapped) {
        const auto locked =
            std::chrono::duration_cast<std::chrono::microseconds>(driver->locked_for());
        run.progress.locked_microseconds = locked.count();
        log::info("swapped locked_ms={:.1f}", static_cast<double>(locked.count()) / 1e3);
        // Nothing more is to come from these; a late error of theirs is none.
        run.stop_threads();
        finish(*driver);
        return std::nullopt;
    }
    run.guard.expect_swap(false);
    if (end == CutoverState::kAmbiguous) {
        throw Ambiguous(fmt::format(
            "the cut-over's outcome is unclear ({}): nothing more is touched. Look at {}, {}, {} "
            "and"
            " {}: the table with the new columns is the migrated one",
            driver->why(), sql::quote(plan_.names.source), sql::quote(plan_.names.ghost),
            sql::quote(plan_.names.old), sql::quote(plan_.names.swap_old)));
    }
    // They would fire for what replay writes.
    if (!plan_.triggers.empty()) drop_triggers(*connector_.connect_with_retry({}), plan_);
    return driver->why();
}

void TableSwap::finish(CutoverDriver& driver) const {
    try {
        driver.finish();
    } catch (const mysql::Error& error) {
        log::error(
            "the migration is done, but the old table kept its working name: {}; rename {} to"
            " {} by hand",
            error.what(), sql::quote(plan_.names.swap_old), sql::quote(plan_.names.old));
    }
}

void TableSwap::arrange_last_look(CutoverContext& context, const SwapContext& run) const {
    // Keys that never stood still: behind the lock they do.
    context.before_lock = [this](mysql::Connection& session, const sql::TableName& ghost) {
        Comparison(plan_).prepare(session, ghost);
    };
    context.last_look = [this, &run](
                            mysql::Connection& session, const sql::TableName& ghost,
                            std::chrono::steady_clock::time_point deadline) -> std::string {
        const Comparison comparison(plan_);
        for (std::size_t first = 0; first < run.moving.size(); first += kKeys) {
            if (std::chrono::steady_clock::now() > deadline || run.stop.stop_requested()) {
                return "comparing the rows that never stood still took too long";
            }
            const Scope scope = scope_of(plan_, run.moving, first, kKeys);
            if (comparison.equal_under_lock(session, scope, ghost)) continue;
            return fmt::format(
                "verification under the lock found rows that differ, among {} keys"
                " from ({})",
                std::min(kKeys, run.moving.size() - first), fmt::join(run.moving[first].key, ", "));
        }
        return {};
    };
}

}  // namespace wisp::migrator
