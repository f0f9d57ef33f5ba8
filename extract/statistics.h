// SPDX-License-Identifier: Apache-2.0
// Statistics: rows, bytes and transactions by table and interval of time, and the largest and the
// longest transactions. Rows are counted, not decoded. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "binlog/row_store.h"
#include "extract/filter.h"

namespace wisp::extract {

struct RowCounts {
    std::uint64_t inserts = 0;
    std::uint64_t updates = 0;
    std::uint64_t deletes = 0;
    std::uint64_t bytes = 0;  // of row images, unpacked
    std::uint64_t transactions = 0;

    [[nodiscard]] std::uint64_t rows() const { return inserts + updates + deletes; }
    RowCounts& operator+=(const RowCounts& other);
};

struct TransactionSize {
    std::string label;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    std::uint64_t seconds = 0;  // from its first statement to its commit
};

/// Counts the rows of one open transaction, by table.
class CountStore : public binlog::RowStore {
  public:
    explicit CountStore(const Filter& filter) : filter_(filter) {}
    void add(std::span<const binlog::Change> changes) override;
    [[nodiscard]] std::uint64_t mark() override;
    void cut(std::uint64_t mark) override;

    using ByTable = std::vector<std::pair<std::shared_ptr<const binlog::TableMap>, RowCounts>>;
    [[nodiscard]] const ByTable& counts() const { return counts_; }

  private:
    const Filter& filter_;
    ByTable counts_;
    std::vector<ByTable> marks_;
};

class Statistics {
  public:
    /// `interval`: seconds; 0 is one interval for everything. `top`: how many transactions to name.
    Statistics(std::int64_t interval, std::size_t top) : interval_(interval), top_(top) {}

    void add(const binlog::Transaction& transaction, const CountStore& rows);

    using Key = std::pair<std::int64_t, std::string>;  // start of the interval, `schema`.`table`
    [[nodiscard]] const std::map<Key, RowCounts>& tables() const { return tables_; }
    [[nodiscard]] const RowCounts& total() const { return total_; }
    [[nodiscard]] const std::vector<TransactionSize>& largest() const { return largest_; }
    [[nodiscard]] const std::vector<TransactionSize>& longest() const { return longest_; }
    [[nodiscard]] std::int64_t interval() const { return interval_; }
    [[nodiscard]] std::uint32_t first() const { return first_; }
    [[nodiscard]] std::uint32_t last() const { return last_; }

  private:
    std::int64_t interval_;
    std::size_t top_;
    std::map<Key, RowCounts> tables_;
    RowCounts total_;
    std::vector<TransactionSize> largest_;
    std::vector<TransactionSize> longest_;
    std::uint32_t first_ = 0;  // commit times
    std::uint32_t last_ = 0;
};

/// For people, and for programs.
[[nodiscard]] std::string report_text(const Statistics& statistics);
[[nodiscard]] std::string report_json(const Statistics& statistics);

}  // namespace wisp::extract
