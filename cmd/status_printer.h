// SPDX-License-Identifier: Apache-2.0
// Status printer: a thread that shows a run's progress: a live view on a terminal, gh-ost's status
// line at gh-ost's pace otherwise.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "base/thread.h"
#include "control/live_view.h"
#include "migrator/progress.h"

namespace wisp::cmd {

class StatusPrinter {
  public:
    using Snapshot = migrator::ProgressSnapshot;
    using Line = std::function<std::string(const Snapshot&)>;

    /// Calls `snapshot` from its own thread until destroyed, and prints `line` of it, or shows
    /// `live` instead if stdout is a terminal. `tell` is called at once and then each
    /// `tell_period`; 0: never.
    StatusPrinter(std::function<Snapshot()> snapshot, Line line,
                  std::optional<control::LiveView> live, std::function<void(const Snapshot&)> tell,
                  std::chrono::seconds tell_period);

  private:
    void redraw(const std::stop_token& stop);
    void append(const std::stop_token& stop);
    void tell(const Snapshot& now);

    std::function<Snapshot()> snapshot_;
    Line line_;
    std::optional<control::LiveView> live_;  // the thread's
    std::function<void(const Snapshot&)> tell_;
    std::chrono::seconds tell_period_;
    std::chrono::steady_clock::time_point tell_next_ = std::chrono::steady_clock::now();
    Thread thread_;
};

}  // namespace wisp::cmd
