// SPDX-License-Identifier: Apache-2.0
// ServerMover: INSERT … SELECT inside one server. No row travels to the client, every type is
// exact. At READ COMMITTED with row binlog the SELECT takes no row locks on the source.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "migrator/row_mover.h"

namespace wisp::migrator {

class ServerMover : public RowMover {
  public:
    explicit ServerMover(const Plan& plan);
    mysql::Connection& reader(mysql::Connection& connection,
                              const std::stop_token& /*stop*/) override {
        return connection;
    }
    void remove(mysql::Connection& connection, const std::string& condition,
                const std::stop_token& /*stop*/) override;
    Moved move(mysql::Connection& connection, const Range& range, const Proof& prove = {},
               const std::stop_token& stop = {}) override;

  private:
    /// Where the first slice of what is left of a range ends; nullopt if that is all of it.
    [[nodiscard]] std::optional<std::vector<std::string>> slice_end(mysql::Connection& connection,
                                                                    const Range& rest) const;
    void find_missing(mysql::Connection& connection, const Range& range, Moved& moved) const;

    const Plan& plan_;
    std::string head_;  // INSERT INTO ghost (…) SELECT … FROM source FORCE INDEX (…) WHERE
    std::string tail_;  // ON DUPLICATE KEY UPDATE k = k
    bool other_unique_keys_ = false;
};

}  // namespace wisp::migrator
