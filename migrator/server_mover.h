// SPDX-License-Identifier: Apache-2.0
// ServerMover: INSERT … SELECT inside one server. No row travels to the client, every type is
// exact. At READ COMMITTED with row binlog the SELECT takes no row locks on the source.
#pragma once

#include "migrator/row_mover.h"

namespace wisp::migrator {

class ServerMover : public RowMover {
  public:
    explicit ServerMover(const Plan& plan);
    Moved move(mysql::Connection& connection, const Range& range) override;

  private:
    void find_missing(mysql::Connection& connection, const Range& range, Moved& moved) const;

    const Plan& plan_;
    std::string head_;  // INSERT INTO ghost (…) SELECT … FROM source FORCE INDEX (…) WHERE
    std::string tail_;  // ON DUPLICATE KEY UPDATE k = k
    bool other_unique_keys_ = false;
};

}  // namespace wisp::migrator
