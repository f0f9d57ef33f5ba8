// SPDX-License-Identifier: Apache-2.0
// Copy ease: how gently the copy works while others use the server. A commit of ours holds up every
// commit behind it for as long as its part of the binary log is written, so chunks are short then,
// and committed in slices that are shorter still; and when the last copier is still too much, it
// rests between two chunks. No I/O, no clock of its own. One thread.
#pragma once

#include <chrono>
#include <optional>

#include "migrator/copy_pilot.h"

namespace wisp::migrator {

struct Ease {
    std::chrono::milliseconds chunk_time;  // to aim at
    std::chrono::milliseconds slice_time;  // what is committed at a time; at most the chunk's
    double rest = 0;                       // pause after a chunk, by the chunk's own time

    bool operator==(const Ease&) const = default;
};

class CopyEase {
  public:
    /// `aim`: the chunk time where nobody else is at work, the longest there is.
    CopyEase(std::chrono::milliseconds aim, Look calm);
    /// A stage begins; `calm`: before the first chunk.
    void begin(const Look& calm);

    /// `fewest`: there is no copier left that could be sent to rest.
    [[nodiscard]] Ease steer(const Look& look, bool fewest);

  private:
    const std::chrono::milliseconds aim_;
    Look calm_;
    std::chrono::steady_clock::time_point changed_;
    std::size_t step_ = 0;  // of the rests there are
};

}  // namespace wisp::migrator
