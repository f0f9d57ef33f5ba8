// SPDX-License-Identifier: Apache-2.0
#include "migrator/copy_pilot.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace wisp::migrator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A number is judged by so many ranges of each worker and not before so long: a second where others
// are at work, whose load goes up and down.
constexpr unsigned kRangesOfEach = 2;
constexpr unsigned kFewestRanges = 4;
constexpr milliseconds kShortest{300};
constexpr milliseconds kShortestAmongOthers{1'000};
/// The share of a worker's part that one more must bring. Where cores are free it brings nearly all
/// of it; where the load keeps the last one at work, a fifth to a third, and the load's commits
/// wait.
constexpr double kGain = 0.5;
/// Where nobody else is at work, one more goes only if the whole gets slower by more than chance.
constexpr double kLoss = 0.05;
constexpr unsigned kIdleStart = 2;
/// Commits may take so many times as long as before the copy. Below the floor nobody minds.
constexpr double kSlower = 3;
constexpr double kFloorMs = 3;
constexpr double kIdleFloorMs = 100;
constexpr double kFewStatements = 50;  // a second: a monitor's
constexpr double kMoreWaits = 2;
constexpr double kFewWaits = 10;  // a second
constexpr double kLongHistory = 1e6;
constexpr double kFullBacklog = 0.5;
constexpr seconds kLook{1};  // what was read before a change says nothing of the new number
constexpr seconds kFirstWait{15};
constexpr seconds kLongestWait{240};

}  // namespace

bool others_at_work(const Look& look) {
    return !look.statements || *look.statements >= kFewStatements;
}

CopyPilot::CopyPilot(CopierBounds bounds, unsigned workers, const Look& calm)
    : bounds_(bounds),
      workers_(std::clamp(workers, bounds.fewest, bounds.most)),
      earned_(workers_) {
    begin(calm);
}

void CopyPilot::begin(const Look& calm) {
    calm_ = calm;
    changed_ = calm.now;
    trial_.reset();
    no_try_before_ = calm.now;
    wait_ = kFirstWait;
    best_ = 0;
    workers_ = std::clamp(kIdleStart, workers_, bounds_.most);
    if (!others_at_work(calm)) return;
    workers_ = earned_;
    no_try_before_ += kFirstWait;  // a short stage need not be shorter, and they pay for a try
}

std::optional<Course> CopyPilot::steer(const Look& look) {
    if (bounds_.fewest == bounds_.most) return std::nullopt;
    if (workers_ > bounds_.fewest && look.now - changed_ >= kLook) {
        if (auto reason = strain(look); !reason.empty()) {
            return go_back(look, std::move(reason));
        }
    }
    if (!trial_ && workers_ > earned_ && others_at_work(look)) {
        // Perhaps for a moment only, so the next try need not wait.
        return change_to(look, earned_, "others are at work now");
    }
    const auto shortest = others_at_work(look) ? kShortestAmongOthers : kShortest;
    const bool measured = look.work.ranges >= std::max(kFewestRanges, kRangesOfEach * workers_) &&
                          look.now - changed_ >= shortest;
    if (!measured) return std::nullopt;
    if (trial_) return judge(*std::exchange(trial_, std::nullopt), look);
    if (workers_ == bounds_.most || look.now < no_try_before_ || !strain(look).empty()) {
        return std::nullopt;
    }
    const double rate = look.work.rows_per_second(workers_);
    trial_ = Trial{rate, look.lock_waits};
    ++workers_;
    changed_ = look.now;
    return Course{workers_, fmt::format("a try, after {:.0f} rows/s", rate)};
}

std::optional<Course> CopyPilot::judge(const Trial& before, const Look& look) {
    const double rate = look.work.rows_per_second(workers_);
    const double wanted = before.rows_per_second * (1 + kGain / (workers_ - 1));
    const bool earned = rate >= wanted;
    best_ = std::max(best_, before.rows_per_second);
    if (!earned && (others_at_work(look) || rate < best_ * (1 - kLoss))) {
        return go_back(look, fmt::format("one more brings {:.0f} rows/s after {:.0f}", rate,
                                         before.rows_per_second));
    }
    if (look.lock_waits && before.lock_waits &&
        *look.lock_waits > std::max(kMoreWaits * *before.lock_waits, kFewWaits)) {
        return go_back(look, fmt::format("{:.0f} waits for row locks a second after {:.0f}",
                                         *look.lock_waits, *before.lock_waits));
    }
    if (earned) {
        earned_ = workers_;
        wait_ = kFirstWait;
    } else {
        wait_with_tries(look);
    }
    return std::nullopt;
}

std::string CopyPilot::strain(const Look& look) const {
    if (look.commit_ms) {
        const double limit = std::max(others_at_work(look) ? kFloorMs : kIdleFloorMs,
                                      kSlower * calm_.commit_ms.value_or(0));
        if (*look.commit_ms > limit) {
            return fmt::format("a small commit takes {:.1f} ms, more than {:.1f}", *look.commit_ms,
                               limit);
        }
    }
    if (look.history_length) {
        const auto history = static_cast<double>(*look.history_length);
        const auto calm = static_cast<double>(calm_.history_length.value_or(0));
        if (history > std::max(kLongHistory, 2 * calm)) {
            return fmt::format("{} transactions are not purged yet", *look.history_length);
        }
    }
    if (look.backlog > kFullBacklog) return "replay is behind";
    return {};
}

Course CopyPilot::go_back(const Look& look, std::string reason) {
    wait_with_tries(look);
    return change_to(look, workers_ - 1, std::move(reason));
}

Course CopyPilot::change_to(const Look& look, unsigned workers, std::string reason) {
    trial_.reset();
    workers_ = workers;
    earned_ = std::min(earned_, workers_);
    changed_ = look.now;
    return {workers_, std::move(reason)};
}

void CopyPilot::wait_with_tries(const Look& look) {
    no_try_before_ = look.now + wait_;
    wait_ = std::min(2 * wait_, kLongestWait);
}

}  // namespace wisp::migrator
