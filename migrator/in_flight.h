// SPDX-License-Identifier: Apache-2.0
// In flight: the ranges that are being copied, and the deletes delivered meanwhile (R3). A chunk
// may bring back a row that was deleted after the chunk's read view opened; those deletes are
// applied again once the chunk has committed. A key is never placed in a range: it counts as in all
// of them. Copiers enter and leave, the applier notes and takes; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/guarded.h"
#include "migrator/change_batch.h"

namespace wisp::migrator {

class InFlight {
  public:
    using Ticket = std::uint64_t;

    /// Before the visibility proof of a chunk (R2), so before its read.
    [[nodiscard]] Ticket enter();
    /// After the chunk has committed or failed.
    void leave(Ticket ticket);

    /// Folds a batch that is about to be applied into every range in flight and returns the exact
    /// conditions of the deletes to repeat with it. Must be called once for each batch, in order,
    /// before the batch's first statement. `begin`: everything before it was applied, and the batch
    /// lies behind it.
    [[nodiscard]] std::vector<std::string> note(const ChangeBatch& batch, RowReader& reader,
                                                const binlog::Position& begin = {});
    /// The deletes that wait to be repeated lie behind it; nullopt if none does. A run that ends
    /// forgets them, so the next one has to read the binlog from here.
    [[nodiscard]] std::optional<binlog::Position> oldest_delete() const;
    /// True if a range has left and its deletes wait for the next batch.
    [[nodiscard]] bool has_released() const;
    [[nodiscard]] bool empty() const;

  private:
    struct Flight {
        bool released = false;
        std::optional<binlog::Position> since;  // `begin` of the first batch that deleted
        std::unordered_map<std::string, std::string> deleted;  // identity → exact condition
    };
    struct State {
        Ticket next = 1;
        std::map<Ticket, Flight> flights;
    };
    Guarded<State> state_;
};

}  // namespace wisp::migrator
