// SPDX-License-Identifier: Apache-2.0
#include "cmd/status_printer.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

#include "cmd/status_line.h"

namespace wisp::cmd {
namespace {

using std::chrono::milliseconds;

std::size_t terminal_width() {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 120;
    return size.ws_col;
}

/// Every second at first and near the end, then every 5, then every 30.
bool is_due(const migrator::ProgressSnapshot& s, unsigned second) {
    const double eta = eta_seconds(s);
    if (second <= 60 || (eta >= 0 && eta <= 60)) return true;
    if (second <= 180 || (eta >= 0 && eta <= 180)) return second % 5 == 0;
    return second % 30 == 0;
}

}  // namespace

StatusPrinter::StatusPrinter(std::function<migrator::ProgressSnapshot()> snapshot,
                             std::size_t queue_bytes)
    : snapshot_(std::move(snapshot)),
      queue_bytes_(queue_bytes),
      thread_("status", [this](const std::stop_token& stop) {
          if (isatty(STDOUT_FILENO) != 0) {
              redraw(stop);
          } else {
              append(stop);
          }
      }) {}

void StatusPrinter::redraw(const std::stop_token& stop) const {
    constexpr milliseconds kPeriod{200};
    double rate = 0;
    auto last = snapshot_();
    while (pause(stop, kPeriod)) {
        const auto now = snapshot_();
        const double seconds = now.elapsed_seconds - last.elapsed_seconds;
        const double fresh =
            seconds > 0 ? static_cast<double>(now.rows_copied - last.rows_copied) / seconds : 0;
        rate = rate == 0 ? fresh : 0.9 * rate + 0.1 * fresh;
        last = now;
        fmt::print("\r\033[K{}", live_line(now, rate).substr(0, terminal_width() - 1));
        std::fflush(stdout);
    }
    fmt::print("\r\033[K{}\n", live_line(snapshot_(), rate).substr(0, terminal_width() - 1));
    std::fflush(stdout);
}

void StatusPrinter::append(const std::stop_token& stop) const {
    for (unsigned second = 0; !stop.stop_requested(); ++second) {
        const auto now = snapshot_();
        if (is_due(now, second)) fmt::print("{}\n", status_line(now, queue_bytes_));
        std::fflush(stdout);
        if (!pause(stop, milliseconds(1'000))) break;
    }
    fmt::print("{}\n", status_line(snapshot_(), queue_bytes_));
    std::fflush(stdout);
}

}  // namespace wisp::cmd
