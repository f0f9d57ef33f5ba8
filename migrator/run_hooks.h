// SPDX-License-Identifier: Apache-2.0
// RunHooks: the operator's hooks with the variables of this run. Never called while a table is
// locked.
#pragma once

#include <stop_token>

#include "base/expected.h"
#include "hooks/runner.h"
#include "migrator/controls.h"

namespace wisp::migrator {

/// The variables every hook gets: docs/hooks.md.
[[nodiscard]] Environment hook_variables(const RunFacts& facts, const ProgressSnapshot& progress,
                                         const hooks::Options& options);

class RunHooks {
  public:
    RunHooks(const hooks::Options& options, const Controls& controls)
        : runner_(options), controls_(controls) {}

    /// Throws Refusal if the folder or a hook in it cannot be used.
    void check() const;
    /// Runs the point's hooks here; `more` are variables of this point. Fails with a sentence.
    [[nodiscard]] Expected<void> run(hooks::Point point, const Environment& more = {},
                                     const std::stop_token& stop = {}) const;
    /// As run(), but a hook that fails ends the migration: throws Refusal.
    void demand(hooks::Point point, const Environment& more = {},
                const std::stop_token& stop = {}) const;
    /// On a thread of their own, and what they end with is only logged. Any thread.
    void post(hooks::Point point, const Environment& more = {});

    [[nodiscard]] const hooks::Options& options() const { return runner_.options(); }

  private:
    [[nodiscard]] Environment variables(const Environment& more) const;

    hooks::Runner runner_;
    const Controls& controls_;
};

}  // namespace wisp::migrator
