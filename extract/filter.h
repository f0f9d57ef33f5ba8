// SPDX-License-Identifier: Apache-2.0
// Filter: which tables, changes and transactions of a binlog are wanted. From flags to everything
// that reads a log here. Plain data; empty means no limit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "binlog/change.h"
#include "binlog/gtid_set.h"

namespace wisp::extract {

struct Filter {
    std::vector<std::string> schemas;
    std::vector<std::string> tables;  // "table", or "schema.table"
    bool inserts = true;
    bool updates = true;
    bool deletes = true;
    std::optional<std::int64_t> start_time;  // of the commit, seconds; the stop is not included
    std::optional<std::int64_t> stop_time;
    binlog::GtidSet include;
    binlog::GtidSet exclude;

    [[nodiscard]] bool wants_table(std::string_view schema, std::string_view table) const;
    [[nodiscard]] bool wants(binlog::ChangeKind kind) const;
    /// False if it certainly concerns no wanted table.
    [[nodiscard]] bool wants(const binlog::Statement& statement) const;
    /// By time and GTID.
    [[nodiscard]] bool wants(const binlog::Transaction& transaction) const;
};

}  // namespace wisp::extract
