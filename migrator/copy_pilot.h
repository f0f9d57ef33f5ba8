// SPDX-License-Identifier: Apache-2.0
// Copy pilot: decides how many copiers (or verifiers) work at a time. It climbs by one as long as
// that makes the whole faster, and goes back when the server shows strain. Where nobody else is at
// work it begins with two, and one more stays unless it makes the whole slower; they go when others
// come. No I/O, no clock of its own: it is shown one look after the other. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "migrator/crew.h"
#include "migrator/options.h"

namespace wisp::migrator {

/// What is known at a moment. What could not be read is left out and counts as no strain.
struct Look {
    std::chrono::steady_clock::time_point now;
    Work work;                         // under the present number
    std::optional<double> commit_ms;   // of a small write, lately
    std::optional<double> lock_waits;  // for row locks, a second, of all sessions
    std::optional<std::uint64_t> history_length;
    std::optional<double> statements;  // a second, of all clients but us
    double backlog = 0;                // of the applier's queue, 1 = full
};

/// Does anybody mind if we are in the way? Yes where it cannot be told.
[[nodiscard]] bool others_at_work(const Look& look);

struct Course {
    unsigned workers;
    std::string reason;
};

class CopyPilot {
  public:
    /// With `workers`, within the bounds. `calm`: how the server is.
    CopyPilot(CopierBounds bounds, unsigned workers, const Look& calm);

    /// Another stage: with as many as the last one had at its end; where others are at work now,
    /// only with those of them that were earned.
    void begin(const Look& calm);
    /// The new number, if it is to be changed.
    [[nodiscard]] std::optional<Course> steer(const Look& look);
    [[nodiscard]] unsigned workers() const { return workers_; }

  private:
    struct Trial {  // what there was with one worker less
        double rows_per_second;
        std::optional<double> lock_waits;
    };
    [[nodiscard]] std::string strain(const Look& look) const;
    [[nodiscard]] std::optional<Course> judge(const Trial& before, const Look& look);
    /// To one less, and no try for a while.
    [[nodiscard]] Course go_back(const Look& look, std::string reason);
    [[nodiscard]] Course change_to(const Look& look, unsigned workers, std::string reason);
    void wait_with_tries(const Look& look);

    CopierBounds bounds_;
    Look calm_;
    unsigned workers_;
    unsigned earned_;  // of them: the others are here because nobody minds
    std::chrono::steady_clock::time_point changed_;
    std::optional<Trial> trial_;
    double best_ = 0;  // rows a second of the stage, of those that a try was made after
    /// After a try that brought too little no other for so long; doubled each time.
    std::chrono::steady_clock::time_point no_try_before_;
    std::chrono::seconds wait_{};
};

}  // namespace wisp::migrator
