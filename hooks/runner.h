// SPDX-License-Identifier: Apache-2.0
// Runner: finds the operator's hooks in a folder and runs them, one after another. What they say
// goes to the log. Knows names and values only, not the run.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/expected.h"
#include "base/guarded.h"
#include "base/process.h"
#include "base/thread.h"
#include "hooks/point.h"

namespace wisp::hooks {

struct Options {
    std::string path;  // folder; empty: no hooks
    std::string hint;  // three texts that are handed on
    std::string hint_owner;
    std::string hint_token;
    std::chrono::seconds status_interval{60};  // 0: no on-status
    std::chrono::seconds limit{300};           // of one hook; 0: none
};

class Runner {
  public:
    explicit Runner(Options options);
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;
    /// Waits for nothing: a hook of post() that is at work is killed.
    ~Runner();

    /// Fails with a sentence if the folder cannot be read, or holds a hook that cannot be executed.
    [[nodiscard]] Expected<void> check() const;
    /// Paths of the point's hooks, in the order of their names.
    [[nodiscard]] std::vector<std::string> find(Point point) const;

    /// Runs the point's hooks on the caller's thread. Fails with a sentence at the first that does
    /// not end with 0; the others are not run then. A stop request kills the one at work.
    [[nodiscard]] Expected<void> run(Point point, const Environment& variables,
                                     const std::stop_token& stop = {}) const;
    /// The same on a thread of its own; a failure is logged. Of calls that wait for the same point
    /// only the newest is kept. Any thread.
    void post(Point point, Environment variables);

    [[nodiscard]] const Options& options() const { return options_; }

  private:
    using Waiting = std::array<std::optional<Environment>, kPoints>;
    void work(const std::stop_token& stop);

    Options options_;
    Guarded<Waiting> waiting_;
    std::unique_ptr<Thread> thread_;  // none without a folder
};

}  // namespace wisp::hooks
