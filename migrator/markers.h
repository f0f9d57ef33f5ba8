// SPDX-License-Identifier: Apache-2.0
// Markers: moments of the source's binlog, and waiting until the applier is behind them: then
// everything is in the ghost that the binlog held before. Any thread.
#pragma once

#include <chrono>
#include <stop_token>
#include <utility>

#include "base/guarded.h"
#include "binlog/position.h"
#include "migrator/signs.h"

namespace wisp::migrator {

/// How long the first marker may fail to come back. A resumed run has all to read and to replay
/// that was written since its checkpoint: looks at which the streamer or the applier has come
/// nearer to `end`, where the binlog ended when the marker had been written, do not count. One
/// thread.
class Patience {
  public:
    Patience(binlog::Position end, unsigned looks) : end_(std::move(end)), left_(looks) {}
    /// After a look in vain, with streamer and applier there. True: it is over.
    [[nodiscard]] bool is_over(const binlog::Position& streamed, const binlog::Position& applied) {
        const bool reads = streamed != std::exchange(streamed_, streamed) && streamed < end_;
        const bool applies = applied != std::exchange(applied_, applied) && applied < end_;
        if (reads || applies) return false;
        return left_ == 0 || --left_ == 0;
    }

  private:
    const binlog::Position end_;
    binlog::Position streamed_;
    binlog::Position applied_;
    unsigned left_;
};

class Markers {
  public:
    Markers(Signs& signs, const Guarded<Applied>& applied) : signs_(signs), applied_(applied) {}

    [[nodiscard]] Mark place(mysql::Connection& source) { return signs_.mark(source); }
    /// Waits until the applier has passed it. False: stopped, or too late.
    [[nodiscard]] bool await(const Mark& mark, std::chrono::milliseconds limit,
                             const std::stop_token& stop) const;

  private:
    Signs& signs_;
    const Guarded<Applied>& applied_;
};

}  // namespace wisp::migrator
