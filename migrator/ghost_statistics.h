// SPDX-License-Identifier: Apache-2.0
// Ghost statistics: keeps what MySQL's optimizer believes of the ghost near the truth while it
// grows. InnoDB counts a table again by itself when a tenth of it has changed, but not twice in 10
// s (MIN_RECALC_INTERVAL, storage/innobase/dict/dict0stats_bg.cc, 5.6 to 9.x) and not at all with
// STATS_AUTO_RECALC=0. Until then the ghost counts as empty, and of an empty table MySQL reads, and
// for a DELETE locks, every row rather than look up twenty keys. MariaDB looks them up. One thread.
#pragma once

#include <cstdint>
#include <utility>

#include "mysql/connection.h"
#include "sql/table_def.h"

namespace wisp::migrator {

class GhostStatistics {
  public:
    explicit GhostStatistics(sql::TableName ghost) : ghost_(std::move(ghost)) {}

    /// True if `rows`, which the ghost has at most, are twice those it had when it was counted
    /// last. Always false for one beyond 200,000 rows on MySQL before 8.0.24.
    [[nodiscard]] bool due(std::uint64_t rows) const { return rows >= next_; }
    /// Counts it: some milliseconds, InnoDB samples a few pages. Not written to the binary log.
    /// What the server refuses is logged and not tried again. Throws mysql::Error if the connection
    /// is lost.
    void refresh(mysql::Connection& connection, std::uint64_t rows);

  private:
    sql::TableName ghost_;
    std::uint64_t next_ = 1;
};

}  // namespace wisp::migrator
