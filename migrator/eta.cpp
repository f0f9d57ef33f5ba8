// SPDX-License-Identifier: Apache-2.0
#include "migrator/eta.h"

#include <algorithm>
#include <cmath>

namespace wisp::migrator {
namespace {

/// Over how many seconds a rate is averaged, and a new answer blended into the one that is shown.
constexpr double kRateSeconds = 15;
constexpr double kShownSeconds = 3;
/// Looks closer together than this say nothing.
constexpr double kShortest = 0.2;
/// Rows are compared so many times as fast as they are copied, until that is measured.
constexpr double kCompareFaster = 4;
/// An older heartbeat is a backlog.
constexpr double kLagWorthCounting = 1;

/// How much of the past a value forgets in this time.
double share(double passed, double seconds) {
    return 1 - std::exp(-passed / seconds);
}

}  // namespace

void Eta::Rate::look(std::uint64_t counter, double now) {
    if (at < 0 || counter < count) {
        count = counter;
        at = now;
        return;
    }
    const double passed = now - at;
    if (passed < kShortest) return;
    const double fresh = static_cast<double>(counter - count) / passed;
    value = value < 0 ? fresh : value + share(passed, kRateSeconds) * (fresh - value);
    count = counter;
    at = now;
}

double Eta::left(const ProgressSnapshot& s) const {
    if (s.stage > Stage::kVerifying) return 0;
    const std::uint64_t by_us = s.rows_copied - std::min(s.rows_copied, s.rows_resumed);
    if (by_us == 0 || s.rows_estimated == 0 || s.copy_seconds <= 0) return -1;
    const double copied = static_cast<double>(s.rows_copied);
    const double average = static_cast<double>(by_us) / s.copy_seconds;
    const double copy_rate = copy_.value < 0 ? average : (copy_.value + average) / 2;
    const bool copying = s.stage <= Stage::kCopying;
    const double rows = copying ? std::max(static_cast<double>(s.rows_estimated), copied) : copied;
    double seconds = copying ? (rows - copied) / copy_rate : 0;
    const double to_compare =
        std::max(0.0, rows * s.verify_share - static_cast<double>(s.rows_verified));
    const bool measured = s.rows_verified > 0 && compare_.value > 0;
    seconds += to_compare / (measured ? compare_.value : kCompareFaster * copy_rate);
    if (s.lag_seconds > kLagWorthCounting) seconds += s.lag_seconds;
    return seconds;
}

double Eta::update(const ProgressSnapshot& s) {
    const double now = s.elapsed_seconds;
    if (s.stage == Stage::kCopying) copy_.look(s.rows_copied, now);
    if (s.stage == Stage::kVerifying) compare_.look(s.rows_verified, now);
    const double fresh = left(s);
    if (fresh < 0) return -1;
    if (shown_ < 0 || fresh == 0) {
        shown_ = fresh;
    } else {
        const double passed = now - shown_at_;
        const double counted = shown_ - passed;
        shown_ = std::max(0.0, counted + share(passed, kShownSeconds) * (fresh - counted));
    }
    shown_at_ = now;
    return shown_;
}

}  // namespace wisp::migrator
