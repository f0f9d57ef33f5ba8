// SPDX-License-Identifier: Apache-2.0
// Ghost lanes: the lanes of every ghost, one a server. A batch is written to all ghosts at once and
// to the next one only when all have it, so each of them sees what a single one would (R6). Used by
// the applier's thread.
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "migrator/lanes.h"

namespace wisp::migrator {

class GhostLanes {
  public:
    /// `servers`: at least one; must outlive this object. Else as Lanes.
    GhostLanes(const std::vector<mysql::Connector>& servers, const Plan& plan,
               const BatchWriter& writer, unsigned count, const std::stop_token& abort);

    /// A connection of the first server (autocommit = 0), when every server has one; null: stopped.
    [[nodiscard]] mysql::Connection* first(const std::stop_token& stop);
    /// As Lanes::write(), to every ghost. A row that one of them holds back is held back: written
    /// again to the others it is what it was.
    [[nodiscard]] HeldRows write(const std::shared_ptr<PendingBatch>& pending);
    /// As Lanes::mend().
    void mend();

  private:
    std::vector<std::unique_ptr<Lanes>> ghosts_;
};

}  // namespace wisp::migrator
