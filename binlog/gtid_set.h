// SPDX-License-Identifier: Apache-2.0
// GtidSet: GTIDs of either family as an operator writes them, and whether one is among them.
//   MySQL:   uuid:1-5:9, uuid:tag:3    as @@gtid_executed shows them
//   MariaDB: 0-1-7, 0-1-9..20          domain-server-sequence; ".." for a range of sequences
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"

namespace wisp::binlog {

class GtidSet {
  public:
    [[nodiscard]] static Expected<GtidSet> parse(std::string_view text);

    [[nodiscard]] bool empty() const { return sources_.empty(); }
    /// `gtid` as Transaction::gtid has it.
    [[nodiscard]] bool contains(std::string_view gtid) const;
    /// How many GTIDs it names, if all of them are named one by one or in ranges.
    [[nodiscard]] std::uint64_t count() const;

  private:
    struct Range {
        std::uint64_t first = 0;
        std::uint64_t last = 0;
    };
    [[nodiscard]] Expected<void> add_mysql(std::string_view item);
    [[nodiscard]] Expected<void> add_mariadb(std::string_view item);

    /// By what stands before the number: "uuid:", "uuid:tag:", "0-1-".
    std::map<std::string, std::vector<Range>, std::less<>> sources_;
};

}  // namespace wisp::binlog
