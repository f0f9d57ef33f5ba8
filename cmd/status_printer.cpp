// SPDX-License-Identifier: Apache-2.0
#include "cmd/status_printer.h"

#include <fmt/format.h>

#include <cstdio>

#include "base/terminal.h"

namespace wisp::cmd {
namespace {

using std::chrono::milliseconds;

/// Every second at first and near the end, then every 5, then every 30.
bool is_due(const migrator::ProgressSnapshot& s, unsigned second) {
    const double eta = s.eta_seconds;
    if (second <= 60 || (eta >= 0 && eta <= 60)) return true;
    if (second <= 180 || (eta >= 0 && eta <= 180)) return second % 5 == 0;
    return second % 30 == 0;
}

}  // namespace

StatusPrinter::StatusPrinter(std::function<Snapshot()> snapshot, Line line,
                             std::optional<control::LiveView> live,
                             std::function<void(const Snapshot&)> tell,
                             std::chrono::seconds tell_period)
    : snapshot_(std::move(snapshot)),
      line_(std::move(line)),
      live_(std::move(live)),
      tell_(std::move(tell)),
      tell_period_(tell_period),
      thread_("status", [this](const std::stop_token& stop) {
          if (live_ && terminal::is_there()) {
              redraw(stop);
          } else {
              append(stop);
          }
      }) {}

void StatusPrinter::tell(const migrator::ProgressSnapshot& now) {
    const auto time = std::chrono::steady_clock::now();
    if (tell_period_.count() == 0 || time < tell_next_) return;
    tell_next_ = time + tell_period_;
    tell_(now);
}

void StatusPrinter::redraw(const std::stop_token& stop) {
    do {
        const auto now = snapshot_();
        tell(now);
        terminal::show(live_->lines(now, terminal::width()));
    } while (pause(stop, milliseconds(200)));
    terminal::clear();
    fmt::print("{}\n", line_(snapshot_()));
    std::fflush(stdout);
}

void StatusPrinter::append(const std::stop_token& stop) {
    for (unsigned second = 0; !stop.stop_requested(); ++second) {
        const auto now = snapshot_();
        if (is_due(now, second)) fmt::print("{}\n", line_(now));
        std::fflush(stdout);
        tell(now);
        if (!pause(stop, milliseconds(1'000))) break;
    }
    fmt::print("{}\n", line_(snapshot_()));
    std::fflush(stdout);
}

}  // namespace wisp::cmd
