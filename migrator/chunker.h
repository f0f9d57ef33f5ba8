// SPDX-License-Identifier: Apache-2.0
// Chunker: cuts the key space into disjoint ranges, one at a time. The first and the last range are
// open-ended, so rows beyond today's smallest or largest key need no special care.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "migrator/plan.h"

namespace wisp::mysql {
class Connection;
class Row;
}  // namespace wisp::mysql

namespace wisp::migrator {

/// Keys above `after` up to and including `up_to`; an empty bound is open. Bounds are SQL literals
/// in the source key's own types.
struct Range {
    std::vector<std::string> after;
    std::vector<std::string> up_to;
    /// Instead of bounds: a condition naming single keys, for rows that another unique key of the
    /// ghost did not let in at first (R7).
    std::string keys;
    std::uint64_t number = 0;
    unsigned retries = 0;  // how often it was copied before because rows were missing
};

/// "(`id` > 7 AND `id` <= 9)" on the source's key columns; "1=1" without bounds.
[[nodiscard]] std::string range_condition(const Plan& plan, const Range& range);
/// The key columns as they must be selected for key_literals(); `prefix` is "" or "s.".
[[nodiscard]] std::string key_select_list(const Plan& plan, const std::string& prefix);
/// SQL literals of one row of key_select_list(), starting at its first column.
[[nodiscard]] std::vector<std::string> key_literals(const Plan& plan, const mysql::Row& row);
/// Unquoted names of the source's key columns.
[[nodiscard]] std::vector<std::string> key_columns(const Plan& plan);

/// Hands out ranges. Not thread-safe: the copiers share one under a lock.
class Chunker {
  public:
    /// `rows`: fixed chunk size, or 0 to steer it towards `aim` per chunk.
    Chunker(const Plan& plan, std::size_t rows, std::chrono::milliseconds aim);

    /// The next range, nullopt after the last. Asks the server for its upper end; reads no lock.
    [[nodiscard]] std::optional<Range> next(mysql::Connection& connection);
    /// A chunk of the present size took this long.
    void note(std::chrono::steady_clock::duration took);
    [[nodiscard]] std::size_t rows() const { return rows_; }
    /// True after the last range was handed out.
    [[nodiscard]] bool done() const { return done_; }

  private:
    const Plan& plan_;
    const bool steered_;
    const std::chrono::milliseconds aim_;
    std::size_t rows_;
    std::vector<std::string> last_;
    std::uint64_t number_ = 0;
    bool done_ = false;
};

}  // namespace wisp::migrator
