// SPDX-License-Identifier: Apache-2.0
#include "cmd/status_line.h"

#include <fmt/format.h>

#include <algorithm>

namespace wisp::cmd {
namespace {

bool copy_over(const migrator::ProgressSnapshot& s) {
    return s.stage > migrator::Stage::kCopying;
}

double percent(const migrator::ProgressSnapshot& s) {
    if (copy_over(s)) return 100.0;
    if (s.rows_estimated == 0) return 0.0;
    // The estimate may be low; the last percent belongs to the end of the copy.
    return std::min(
        99.9, 100.0 * static_cast<double>(s.rows_copied) / static_cast<double>(s.rows_estimated));
}

std::string state(const migrator::ProgressSnapshot& s) {
    if (s.stage == migrator::Stage::kCopying && !s.throttle.empty()) {
        return "throttled, " + s.throttle;
    }
    return migrator::to_string(s.stage);
}

std::string eta(const migrator::ProgressSnapshot& s) {
    if (copy_over(s)) return "due";
    const double seconds = eta_seconds(s);
    return seconds < 0 ? "N/A" : short_duration(seconds);
}

std::string rate_text(double rate) {
    return rate >= 10'000 ? fmt::format("{:.0f} k rows/s", rate / 1e3)
                          : fmt::format("{:.0f} rows/s", rate);
}

}  // namespace

std::string short_duration(double seconds) {
    const auto total = static_cast<long long>(std::max(0.0, seconds));
    std::string text;
    if (total >= 3600) text += fmt::format("{}h", total / 3600);
    if (total >= 60) text += fmt::format("{}m", total / 60 % 60);
    return text + fmt::format("{}s", total % 60);
}

double eta_seconds(const migrator::ProgressSnapshot& s) {
    if (s.rows_copied == 0 || s.rows_estimated == 0 || s.copy_seconds <= 0) return -1;
    if (s.rows_copied >= s.rows_estimated) return 0;
    const double rate = static_cast<double>(s.rows_copied) / s.copy_seconds;
    return static_cast<double>(s.rows_estimated - s.rows_copied) / rate;
}

std::string status_line(const migrator::ProgressSnapshot& s, std::size_t queue_bytes) {
    return fmt::format(
        "Copy: {}/{} {:.1f}%; Applied: {}; Backlog: {}/{}; Time: {}(total), {}(copy); streamer: {};"
        " Lag: {:.2f}s, HeartbeatLag: {:.2f}s, State: {}; ETA: {}",
        s.rows_copied, copy_over(s) ? s.rows_copied : s.rows_estimated, percent(s),
        s.changes_applied, s.backlog_bytes, queue_bytes, short_duration(s.elapsed_seconds),
        short_duration(s.copy_seconds), s.stream_position, s.lag_seconds, s.lag_seconds, state(s),
        eta(s));
}

std::string live_line(const migrator::ProgressSnapshot& s, double rate) {
    return fmt::format("{:5.1f}%  {}  backlog {}  lag {:.1f} s  {}  ETA {}", percent(s),
                       rate_text(rate), s.backlog_transactions, s.lag_seconds, state(s), eta(s));
}

}  // namespace wisp::cmd
