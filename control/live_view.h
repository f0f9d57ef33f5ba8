// SPDX-License-Identifier: Apache-2.0
// Live view: what a terminal shows of a run: bars of what is done, the last minute's lag and holds,
// the state in words. Remembers that minute; no I/O, no clock. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "migrator/progress.h"

namespace wisp::control {

class LiveView {
  public:
    /// `queue_bytes`: the backlog's bound. `unicode`: blocks instead of # and dots. `hint`: the
    /// last line, what the operator can do.
    LiveView(std::size_t queue_bytes, bool unicode, std::string hint);

    /// The lines for this moment, each of `width` characters at most. Call often: what happened
    /// between two calls is not seen.
    [[nodiscard]] std::vector<std::string> lines(const migrator::ProgressSnapshot& now,
                                                 std::size_t width);

  private:
    struct Moment {
        double at = 0;  // seconds of the run
        std::uint64_t rows = 0;
        double lag = 0;
        double held = 0;  // share of the time that the copy had to stand still
    };
    void remember(const migrator::ProgressSnapshot& now);
    /// Rows a second, copied or compared, in the last seconds.
    [[nodiscard]] double rate(const migrator::ProgressSnapshot& now) const;
    [[nodiscard]] std::string bar(double share) const;
    /// The minute as marks; `full` is the highest one.
    [[nodiscard]] std::string marks(double Moment::*value, double full) const;

    std::size_t queue_bytes_;
    bool unicode_;
    std::string hint_;
    std::deque<Moment> minute_;
};

}  // namespace wisp::control
