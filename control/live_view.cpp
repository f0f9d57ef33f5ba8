// SPDX-License-Identifier: Apache-2.0
#include "control/live_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "control/status_text.h"

namespace wisp::control {
namespace {

using migrator::ProgressSnapshot;
using migrator::Stage;

constexpr std::size_t kMoments = 60;
constexpr double kApart = 1;  // seconds
constexpr std::size_t kCells = 30;
constexpr std::size_t kRateMoments = 5;

constexpr std::array<const char*, 8> kHeights{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<const char*, 8> kPlainHeights{"_", "_", ".", ".", "-", "-", "=", "#"};

double limited(double share) {
    return std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0.0;
}

double part(double of, double whole) {
    return whole > 0 ? limited(of / whole) : 0.0;
}

/// The first `width` characters of UTF-8 text.
std::string cut(const std::string& text, std::size_t width) {
    std::size_t characters = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
        if (begins && characters++ == width) return text.substr(0, i);
    }
    return text;
}

std::string count(double number) {
    if (number < 10'000) return fmt::format("{:.0f}", number);
    if (number < 10e6) return fmt::format("{:.0f} k", number / 1e3);
    return fmt::format("{:.0f} M", number / 1e6);
}

std::string bytes(std::uint64_t number) {
    const auto value = static_cast<double>(number);
    if (value < 10e3) return fmt::format("{} B", number);
    if (value < 10e6) return fmt::format("{:.0f} KiB", value / 1024);
    return fmt::format("{:.0f} MiB", value / (1024.0 * 1024));
}

std::string duration_left(const ProgressSnapshot& s) {
    if (s.stage > Stage::kVerifying) return "ready to swap";
    return s.eta_seconds < 0 ? "end not known yet" : "about " + short_duration(s.eta_seconds);
}

}  // namespace

LiveView::LiveView(std::size_t queue_bytes, bool unicode, std::string hint)
    : queue_bytes_(queue_bytes), unicode_(unicode), hint_(std::move(hint)) {}

void LiveView::remember(const ProgressSnapshot& now) {
    if (!minute_.empty() && now.elapsed_seconds - minute_.back().at < kApart) return;
    const double held = now.throttle.empty() ? limited(1 - now.copy_pace) : 1.0;
    minute_.push_back(
        {now.elapsed_seconds, now.rows_copied + now.rows_verified, now.lag_seconds, held});
    if (minute_.size() > kMoments) minute_.pop_front();
}

double LiveView::rate(const ProgressSnapshot& now) const {
    const auto& then = minute_[minute_.size() - std::min(minute_.size(), kRateMoments)];
    const double seconds = now.elapsed_seconds - then.at;
    const auto rows = static_cast<double>(now.rows_copied + now.rows_verified);
    return seconds > 0 ? std::max(0.0, (rows - static_cast<double>(then.rows)) / seconds) : 0.0;
}

std::string LiveView::bar(double share) const {
    const auto full = static_cast<std::size_t>(limited(share) * static_cast<double>(kCells));
    std::string text;
    for (std::size_t i = 0; i < kCells; ++i) {
        text += i < full ? (unicode_ ? "█" : "#") : (unicode_ ? "░" : ".");
    }
    return text;
}

std::string LiveView::marks(double Moment::*value, double full) const {
    const auto& heights = unicode_ ? kHeights : kPlainHeights;
    const std::size_t shown = std::min(minute_.size(), kCells);
    std::string text;
    for (std::size_t i = minute_.size() - shown; i < minute_.size(); ++i) {
        const double share = part(minute_[i].*value, full);
        text += heights[std::min<std::size_t>(7, static_cast<std::size_t>(std::lround(share * 7)))];
    }
    return text + std::string(kCells - shown, ' ');
}

std::vector<std::string> LiveView::lines(const ProgressSnapshot& now, std::size_t width) {
    remember(now);
    double worst_lag = now.lag_seconds;
    double held = 0;
    for (const auto& moment : minute_) {
        worst_lag = std::max(worst_lag, moment.lag);
        held += moment.held;
    }
    held /= static_cast<double>(minute_.size());
    const auto copied = static_cast<double>(now.rows_copied);
    const double compared = part(static_cast<double>(now.rows_verified), copied * now.verify_share);
    const bool verified = now.stage > Stage::kVerifying;
    std::vector<std::string> lines{
        fmt::format("{}.{}  {}", now.schema, now.table, state_in_words(now)),
        fmt::format("copy    {} {:5.1f} %  {} of {} rows", bar(percent(now) / 100), percent(now),
                    count(copied),
                    count(std::max(copied, static_cast<double>(now.rows_estimated)))),
    };
    if (now.verify_share > 0) {
        const double share = verified ? 1.0 : std::min(compared, 0.999);
        lines.push_back(fmt::format("verify  {} {:5.1f} %  {} rows compared", bar(share),
                                    100 * share, count(static_cast<double>(now.rows_verified))));
    }
    lines.push_back(fmt::format(
        "backlog {} {} transactions, {} of {}",
        bar(part(static_cast<double>(now.backlog_bytes), static_cast<double>(queue_bytes_))),
        now.backlog_transactions, bytes(now.backlog_bytes), bytes(queue_bytes_)));
    lines.push_back(fmt::format("lag     {} {:.1f} s, {:.1f} s at most in the last minute",
                                marks(&Moment::lag, std::max(1.0, worst_lag)), now.lag_seconds,
                                worst_lag));
    lines.push_back(
        fmt::format("held    {} {:.0f} % of the last minute", marks(&Moment::held, 1), 100 * held));
    lines.push_back(fmt::format("{} rows/s  {} so far, {}", count(rate(now)),
                                short_duration(now.elapsed_seconds), duration_left(now)));
    if (!hint_.empty()) lines.push_back(hint_);
    for (auto& line : lines) line = cut(line, width);
    return lines;
}

}  // namespace wisp::control
