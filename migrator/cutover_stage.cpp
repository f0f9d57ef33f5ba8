// SPDX-License-Identifier: Apache-2.0
// The engine's last stage: waits as long as the operator wants, then attempts until the tables are
// swapped. Hooks are called before and after an attempt, never within: a table is locked there.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <random>

#include "base/log.h"
#include "migrator/engine.h"
#include "migrator/lock_holders.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// To a hook that failed to hear that the swap is postponed.
constexpr seconds kTellAgain{10};

/// The file that holds the swap back at this moment; empty if nothing does.
std::string holding_file(const Guarded<Postponement>& postponement) {
    for (;;) {
        const Postponement now = postponement.copy();
        std::error_code ignored;  // a file that cannot be looked at does not exist for us
        const bool holds =
            !now.file.empty() && !now.lifted && std::filesystem::exists(now.file, ignored);
        if (holds) return now.file;
        // Another one may have been named, and this one removed, since.
        if (postponement.copy().file == now.file) return {};
    }
}

}  // namespace

void Engine::await_postponement() {
    struct Waiting {
        Controls& controls;
        ~Waiting() {
            controls.postponement.write([](Postponement& p) { p.waiting = false; });
        }
    };
    const Waiting waiting{controls_};
    for (std::string said;;) {
        const std::string file = holding_file(controls_.postponement);
        if (file.empty()) return;
        progress_.stage = Stage::kPostponed;
        if (file != std::exchange(said, file)) {
            controls_.postponement.write([](Postponement& p) { p.waiting = true; });
            log::info("cut-over is postponed while {} exists", file);
        }
        tell_postponed();
        static_cast<void>(pause(ending_.get_token(), milliseconds(100)));
        throw_if_stopped();
    }
}

void Engine::tell_postponed() {
    const auto now = std::chrono::steady_clock::now();
    if (told_postponed_ || now < tell_postponed_next_) return;
    const auto told = hooks_.run(hooks::Point::kBeginPostponed, {}, ending_.get_token());
    throw_if_stopped();
    told_postponed_ = told.has_value();
    if (told_postponed_) return;
    tell_postponed_next_ = now + kTellAgain;
    log::warn("{}; it is called again in {} s if the cut-over is still postponed", told.error(),
              kTellAgain.count());
}

void Engine::cut_over() {
    hooks_.demand(hooks::Point::kBeforeCutOver, {}, ending_.get_token());
    for (unsigned attempt = 1; attempt <= options_.cut_over_attempts; ++attempt) {
        const auto why = attempt_cut_over(attempt);
        if (!why) return;
        throw_if_stopped();
        log::warn("cut-over attempt failed, everything is as before attempt={}: {}", attempt, *why);
        if (!applier_thread_) start_applier();
        tell_failed_attempt(attempt, *why);
        back_off(attempt);
    }
    throw CutOverGivenUp(
        fmt::format("the cut-over did not succeed in {} attempts; look for long transactions"
                    " or locks on {} and run again",
                    options_.cut_over_attempts, sql::quote(plan_.names.source)));
}

std::optional<std::string> Engine::attempt_cut_over(unsigned attempt) {
    do {  // again if the operator, a source or the hook holds it back meanwhile
        await_clear();
        const auto told =
            hooks_.run(hooks::Point::kCutOverAttempt,
                       {{"WISP_CUT_OVER_ATTEMPT", std::to_string(attempt)}}, ending_.get_token());
        throw_if_stopped();
        if (!told) return told.error();
        if (options_.analyze_ghost && !std::exchange(analyzed_, true)) analyze_ghost();
        catch_up();
        settle_held_rows();
    } while (is_held_back());
    checkpoint_now();
    progress_.stage = Stage::kCuttingOver;
    progress_.cut_over_attempts = attempt;
    return try_cut_over();
}

bool Engine::is_held_back() const {
    return !holding_file(controls_.postponement).empty() ||
           throttler_.verdict().holds_writer(throttle::Writer::kCopy);
}

void Engine::await_clear() {
    await_postponement();
    progress_.stage = Stage::kHeld;
    static_cast<void>(throttler_.wait_until_clear(ending_.get_token(), throttle::Writer::kCopy));
    throw_if_stopped();
}

void Engine::analyze_ghost() {
    // So that the first queries after the swap find good plans. Replay goes on meanwhile.
    log::info("analyzing table={}", plan_.names.ghost.table);
    const std::string analyze = "ANALYZE TABLE " + sql::quote(plan_.names.ghost);
    with_ghosts([&](mysql::Connection& control) {
        for (const auto& row : control.query(analyze)) {  // Table, Op, Msg_type, Msg_text
            if (row[2] == "status" || row[2] == "note") continue;
            log::warn("{}: {}: {}; the run goes on", analyze, row[2], row[3]);
        }
    });
}

void Engine::tell_failed_attempt(unsigned attempt, const std::string& why) {
    if (hooks_.options().path.empty()) return;
    const auto told = hooks_.run(hooks::Point::kCutOverFailure,
                                 {{"WISP_CUT_OVER_ATTEMPT", std::to_string(attempt)},
                                  {"WISP_CUT_OVER_ERROR", why},
                                  {"WISP_BLOCKERS", blockers()}},
                                 ending_.get_token());
    throw_if_stopped();
    if (!told) log::warn("{}; the run goes on", told.error());
}

std::string Engine::blockers() {
    if (!further_.empty()) return {};  // ids of which server?
    std::vector<std::uint64_t> ids;
    with_control(
        [&](mysql::Connection& control) { ids = likely_holder_ids(control, plan_.names.source); });
    return fmt::format("{}", fmt::join(ids, ","));
}

void Engine::back_off(unsigned attempt) {
    thread_local std::minstd_rand random(std::random_device{}());
    auto wait = milliseconds(std::min(250U << std::min(attempt, 5U), 5'000U) + random() % 250);
    if (options_.cut_over_backoff_most.count() > 0) {
        wait = std::min(seconds(1U << std::min(attempt - 1, 20U)), options_.cut_over_backoff_most);
    }
    static_cast<void>(pause(ending_.get_token(), wait));
    throw_if_stopped();
}

std::optional<std::string> Engine::try_cut_over() {
    with_control([this](mysql::Connection& control) { method_.swap->prepare(control); });
    stop_applier();
    const auto await_next = [this] {
        do {
            await_clear();
            catch_up();
        } while (is_held_back());
        progress_.stage = Stage::kCuttingOver;
    };
    const auto leave = [this](const mysql::Endpoint& server) {
        left_->write([&](auto& left) { left.insert(server.label()); });
        std::erase_if(further_, [&](const FurtherGhost& ghost) {
            return ghost.connector.endpoint().label() == server.label();
        });
    };
    return method_.swap->attempt({applier_, guard_, progress_, moving_, [this] { start_applier(); },
                                  [this] { stop_applier(); }, await_next, leave,
                                  [this] { stop_threads(); }, ending_.get_token()});
}

}  // namespace wisp::migrator
