// SPDX-License-Identifier: Apache-2.0
// Locate: where transactions lie in a log: GTID to position, position to GTID, time to both. Reads
// the heads of groups; rows are skipped.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "binlog/position.h"
#include "extract/filter.h"
#include "extract/log_reader.h"

namespace wisp::extract {

/// GTIDs: each of them. Else the position: the transaction that lies there. Else the start time:
/// the first transaction committed then or later.
struct Wanted {
    Filter filter;
    binlog::Position position;
};

struct Located {
    std::string gtid;  // empty: the log has none
    binlog::Position start;
    binlog::Position last_event;  // where the event begins that ends the transaction
    binlog::Position end;
    std::uint32_t committed = 0;
};

[[nodiscard]] std::vector<Located> locate(const LogRange& range, const Wanted& wanted,
                                          const std::stop_token& stop);

[[nodiscard]] std::string located_text(const std::vector<Located>& found);
[[nodiscard]] std::string located_json(const std::vector<Located>& found);

}  // namespace wisp::extract
