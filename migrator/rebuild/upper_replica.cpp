// SPDX-License-Identifier: Apache-2.0
#include "migrator/rebuild/upper_replica.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "base/fault.h"
#include "base/log.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/replica.h"
#include "mysql/retry.h"
#include "replica/problem.h"
#include "replica/sql_thread.h"
#include "replica/state.h"

namespace wisp::migrator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kSaidAfter{5};

}  // namespace

void demand_same_source(mysql::Connection& replica, const std::string& source) {
    const auto now = replica::source_of(replica::only_channel(replica));
    if (now == source) return;
    throw Refusal(fmt::format(
        "{} replicates from {} now, and no longer from {}; run wisp rebuild again with the new"
        " one as --host and --port",
        replica.endpoint().label(), now, source));
}

UpperReplica::UpperReplica(replica::Custody& custody, std::string source,
                           std::unique_ptr<UpperReplica> above)
    : custody_(custody), source_(std::move(source)), above_(std::move(above)) {}

std::string UpperReplica::stop() {
    demand_same_source(custody_.session(), source_);
    const auto status = replica::only_channel(custody_.session());
    if (!status.sql_running) {
        return fmt::format("{} does not replicate ({})", label(),
                           status.sql_error_text.empty() ? "no error" : status.sql_error_text);
    }
    if (above_) return above_->stop();  // what does not come to it does not come down from it
    hold();
    return {};
}

void UpperReplica::hold() {
    custody_.make_writable();
    custody_.stop();
}

std::optional<replica::Point> UpperReplica::come_to(const replica::Point& point,
                                                    const std::function<void()>& hold_below,
                                                    const std::stop_token& stop) {
    replica::Point here = point;
    if (above_) {
        const auto handed_down = above_->come_to(
            point, [&] { hold(); }, stop);
        if (!handed_down) return std::nullopt;
        here = *handed_down;
        above_->go_on();
        above_->give_back();
    }
    here.gtid_set.clear();  // one of two that may differ: replica::Point
    if (!await(here, stop)) return std::nullopt;
    fault::point("rebuild.above_stands");
    hold_below();  // or it would go beyond, if somebody writes here
    auto own = mysql::binlog_status(custody_.session()).value();
    own.gtid_set.clear();
    if (replica::reached(custody_.session(), here) == replica::Reached::kYes) return own;
    log::warn("somebody has started replication of {} in the middle of a cut", label());
    return std::nullopt;
}

bool UpperReplica::await(const replica::Point& point, const std::stop_token& stop) {
    if (!custody_.run_until(point, stop)) return false;
    const auto began = steady_clock::now();
    auto looked = began;
    bool said = false;
    bool said_broken = false;
    for (;;) {
        if (stop.stop_requested()) throw Stopped("stopped on request");
        const auto reached = replica::reached(custody_.session(), point);
        if (reached == replica::Reached::kYes) return true;
        if (reached == replica::Reached::kFailed) {
            log::warn("{} did not stop at {}:{}; another cut is tried", label(), point.file,
                      point.offset);
            return false;
        }
        if (steady_clock::now() - looked > seconds(1)) {
            looked = steady_clock::now();
            demand_same_source(custody_.session(), source_);
            const auto status = replica::only_channel(custody_.session());
            if (!status.io_running && !std::exchange(said_broken, true)) {
                log::warn(
                    "{} does not replicate ({}), so nothing comes down to those below it; the cut"
                    " waits until it does",
                    label(), status.last_error.empty() ? "no error" : status.last_error);
            }
        }
        if (!said && steady_clock::now() - began > kSaidAfter) {
            said = true;
            log::info("waiting until {} is at {}:{}, for those below it", label(), point.file,
                      point.offset);
        }
        mysql::pause(stop, milliseconds(5));
    }
}

void UpperReplica::go_on() {
    custody_.start();
}

void UpperReplica::give_back() {
    if (above_) above_->give_back();
    try {
        custody_.give_back();
    } catch (const replica::Problem& problem) {
        log::error("{}", problem.what());
    }
}

std::string UpperReplica::label() {
    return custody_.session().endpoint().label();
}

}  // namespace wisp::migrator
