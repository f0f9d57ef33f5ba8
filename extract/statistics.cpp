// SPDX-License-Identifier: Apache-2.0
#include "extract/statistics.h"

#include <algorithm>

#include "extract/script.h"
#include "sql/identifier.h"

namespace wisp::extract {

namespace {

/// Keeps the `top` greatest, the greatest first; of equals the earlier one.
void keep_top(std::vector<TransactionSize>& list, std::size_t top, const TransactionSize& one,
              std::uint64_t TransactionSize::*by) {
    const auto place =
        std::upper_bound(list.begin(), list.end(), one,
                         [by](const auto& a, const auto& b) { return a.*by > b.*by; });
    if (static_cast<std::size_t>(place - list.begin()) >= top) return;
    list.insert(place, one);
    if (list.size() > top) list.pop_back();
}

}  // namespace

RowCounts& RowCounts::operator+=(const RowCounts& other) {
    inserts += other.inserts;
    updates += other.updates;
    deletes += other.deletes;
    bytes += other.bytes;
    transactions += other.transactions;
    return *this;
}

void CountStore::add(std::span<const binlog::Change> changes) {
    if (changes.empty() || !filter_.wants(changes.front().kind)) return;
    const auto& block = *changes.front().block;
    auto found = std::find_if(counts_.rbegin(), counts_.rend(), [&](const auto& table) {
        return table.first->schema == block.table->schema &&
               table.first->table == block.table->table;
    });
    RowCounts& counts = found == counts_.rend()
                            ? counts_.emplace_back(block.table, RowCounts{}).second
                            : found->second;
    counts.bytes += block.bytes.size();
    switch (changes.front().kind) {
        case binlog::ChangeKind::kInsert:
            counts.inserts += changes.size();
            break;
        case binlog::ChangeKind::kUpdate:
            counts.updates += changes.size();
            break;
        case binlog::ChangeKind::kDelete:
            counts.deletes += changes.size();
            break;
    }
}

std::uint64_t CountStore::mark() {
    marks_.push_back(counts_);
    return marks_.size();
}

void CountStore::cut(std::uint64_t mark) {
    counts_ = mark == 0 ? ByTable{} : marks_[mark - 1];
}

void Statistics::add(const binlog::Transaction& transaction, const CountStore& rows) {
    TransactionSize size;
    const std::int64_t at = interval_ == 0 ? 0 : transaction.timestamp / interval_ * interval_;
    for (const auto& [table, counts] : rows.counts()) {
        if (counts.rows() == 0) continue;
        RowCounts one = counts;
        one.transactions = 1;
        tables_[{at, sql::quote(sql::TableName{table->schema, table->table})}] += one;
        one.transactions = 0;
        total_ += one;
        size.rows += one.rows();
        size.bytes += one.bytes;
    }
    if (size.rows == 0) return;
    ++total_.transactions;
    first_ = first_ == 0 ? transaction.timestamp : std::min(first_, transaction.timestamp);
    last_ = std::max(last_, transaction.timestamp);
    size.seconds =
        transaction.timestamp > transaction.began ? transaction.timestamp - transaction.began : 0;
    const bool large = largest_.size() < top_ || size.bytes > largest_.back().bytes;
    const bool longer = longest_.size() < top_ || size.seconds > longest_.back().seconds;
    if (!large && !longer) return;
    size.label = label_of(transaction);
    keep_top(largest_, top_, size, &TransactionSize::bytes);
    keep_top(longest_, top_, size, &TransactionSize::seconds);
}

}  // namespace wisp::extract
