// SPDX-License-Identifier: Apache-2.0
#include "migrator/replay_pace.h"

#include <algorithm>

namespace wisp::migrator {
namespace {

constexpr std::chrono::seconds kWindow{10};
/// Heartbeats come ten a second, so a window's time is known to about one in a hundred.
constexpr double kKeepsUp = 0.97;
constexpr std::chrono::seconds kFirstPause{30};
constexpr std::chrono::seconds kLongestPause{3600};

}  // namespace

void ReplayPace::note(const Sample& sample) {
    if (!sample.full || sample.heartbeat == 0) {
        start_over();
        return;
    }
    if (!began_) began_ = sample;
    const double ours = std::chrono::duration<double>(sample.now - began_->now).count();
    const double of_binlog = static_cast<double>(sample.heartbeat - began_->heartbeat) / 1e6;
    // A transaction longer than the window brings no heartbeat: its rate shows after it.
    if (sample.now - began_->now < kWindow || of_binlog <= 0) return;
    const auto changes = static_cast<double>(sample.changes - began_->changes);
    behind_.reset();
    if (of_binlog < kKeepsUp * ours) {
        behind_ = Rates{changes / of_binlog, changes / ours};
    } else {
        // The next time it falls behind is news.
        next_said_ = {};
        pause_ = kFirstPause;
    }
    began_ = sample;
}

void ReplayPace::start_over() {
    began_.reset();
    behind_.reset();
}

bool ReplayPace::is_due(Clock::time_point now) {
    if (!behind_ || now < next_said_) return false;
    next_said_ = now + pause_;
    pause_ = std::min(2 * pause_, kLongestPause);
    return true;
}

}  // namespace wisp::migrator
