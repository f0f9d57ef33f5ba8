// SPDX-License-Identifier: Apache-2.0
// Touched keys: which keys the applier was told of while a comparison looked at both tables. A
// difference at any other key is no lag (docs/copy-and-apply.md, "Verification"). The applier
// notes, verifiers open and close brackets; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>

#include "base/guarded.h"
#include "migrator/change_batch.h"

namespace wisp::migrator {

class TouchedKeys {
  public:
    using Bracket = std::uint64_t;
    using Names = std::unordered_set<std::string>;

    [[nodiscard]] Bracket open();
    /// The names (key_name.h) of the keys noted since open().
    [[nodiscard]] Names close(Bracket bracket);
    /// Must be called once for each batch, in order, before the batch's first statement.
    void note(const ChangeBatch& batch, RowReader& reader);

  private:
    struct State {
        Bracket next = 1;
        std::map<Bracket, Names> brackets;
    };
    Guarded<State> state_;
};

}  // namespace wisp::migrator
