// SPDX-License-Identifier: Apache-2.0
// Status printer: a thread that shows a run's progress: one line that is redrawn on a terminal,
// gh-ost's status line at gh-ost's pace otherwise.
#pragma once

#include <cstddef>
#include <functional>

#include "base/thread.h"
#include "migrator/progress.h"

namespace wisp::cmd {

class StatusPrinter {
  public:
    /// Calls `snapshot` from its own thread until destroyed. `queue_bytes`: the backlog's bound.
    StatusPrinter(std::function<migrator::ProgressSnapshot()> snapshot, std::size_t queue_bytes);

  private:
    void redraw(const std::stop_token& stop) const;
    void append(const std::stop_token& stop) const;

    std::function<migrator::ProgressSnapshot()> snapshot_;
    std::size_t queue_bytes_;
    Thread thread_;
};

}  // namespace wisp::cmd
