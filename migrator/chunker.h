// SPDX-License-Identifier: Apache-2.0
// Chunker: cuts the key space into disjoint ranges, one at a time. The first and the last range are
// open-ended, so rows beyond today's smallest or largest key need no special care.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "migrator/plan.h"

namespace wisp::mysql {
class Connection;
class Row;
}  // namespace wisp::mysql

namespace wisp::migrator {

/// A part of the key space: keys above `after` up to and including `up_to`; an empty bound is open.
/// Bounds are as a Range's.
struct Span {
    std::vector<std::string> after;
    std::vector<std::string> up_to;
    bool operator==(const Span&) const = default;
};

/// A span that is to be cut into ranges; gaps are numbered in the order of their keys.
struct Gap {
    Span span;
    std::size_t number = 0;
};

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
    /// A condition on the ghost naming rows to be removed before the copy: verification found them
    /// to differ.
    std::string replaces;
    /// Rows to be copied and committed at a time, so that no commit of ours holds up others for
    /// long; 0: all at once.
    std::size_t slice_rows = 0;
    std::size_t gap = 0;  // which one it was cut from
};

/// Which of the two tables a text is for.
enum class Side : std::uint8_t { kSource, kGhost };

/// "(`id` > 7 AND `id` <= 9)" on the side's key columns; "1=1" without bounds. Single keys stand in
/// the source's names.
[[nodiscard]] std::string range_condition(const Plan& plan, const Range& range,
                                          Side side = Side::kSource);
/// The key columns as they must be selected for key_literals(); `prefix` is "" or "s.".
[[nodiscard]] std::string key_select_list(const Plan& plan, const std::string& prefix,
                                          Side side = Side::kSource);
/// SQL literals of one row of key_select_list(), starting at its first column.
[[nodiscard]] std::vector<std::string> key_literals(const Plan& plan, const mysql::Row& row,
                                                    Side side = Side::kSource);
/// The key literals of the source's n-th row in the range, counted from 1; nullopt if it has fewer
/// rows. Reads no lock.
[[nodiscard]] std::optional<std::vector<std::string>> nth_key(mysql::Connection& connection,
                                                              const Plan& plan, const Range& range,
                                                              std::size_t n);
/// Unquoted names of the side's key columns, in the order of the source's key.
[[nodiscard]] std::vector<std::string> key_columns(const Plan& plan, Side side = Side::kSource);

/// Hands out ranges. Not thread-safe: the copiers share one under a lock.
class Chunker {
  public:
    /// `rows`: fixed chunk size, or 0 to steer it towards `aim` per chunk.
    Chunker(const Plan& plan, std::size_t rows, std::chrono::milliseconds aim);

    /// The next range, nullopt after the last. Asks the server for its upper end; reads no lock.
    [[nodiscard]] std::optional<Range> next(mysql::Connection& connection);
    /// Before the first next(): what lies up to `key` is left out; it may be empty.
    void begin_after(std::vector<std::string> key) { cut({{{std::move(key), {}}, 0}}); }
    /// Before the first next(): there are no ranges.
    void end() { cut({}); }
    /// Before the first next(): what is to be cut, in the order of keys. At first it is all of it.
    void cut(const std::vector<Gap>& gaps) { gaps_.assign(gaps.begin(), gaps.end()); }
    /// From now on chunks of `rows`; 0: steered from their present size.
    void fix_rows(std::size_t rows);
    /// A chunk of so many rows, of this or an earlier size, took this long.
    void note(std::uint64_t rows, std::chrono::steady_clock::duration took);
    /// About so many rows are still to be cut, for so many workers; 0: unknown. The last chunks
    /// become smaller, so that all workers end at about the same time.
    void expect(std::uint64_t rows, unsigned workers) {
        left_ = rows;
        workers_ = workers;
    }
    /// For how many the last chunks are made smaller from now on: those at work.
    void set_workers(unsigned workers) { workers_ = workers; }
    /// From now on a chunk is to take `aim`, a slice of it `slice`. Chunks of a fixed size are not
    /// sliced: whoever says how many rows means so many.
    void set_aim(std::chrono::milliseconds aim, std::chrono::milliseconds slice) {
        aim_ = aim;
        slice_ = slice;
    }
    [[nodiscard]] std::size_t rows() const { return rows_; }
    /// True after the last range was handed out.
    [[nodiscard]] bool done() const { return gaps_.empty(); }

  private:
    const Plan& plan_;
    bool steered_;
    [[nodiscard]] std::size_t next_rows() const;
    [[nodiscard]] std::size_t slice_rows() const;

    std::chrono::milliseconds aim_;
    std::chrono::milliseconds slice_;
    std::size_t rows_;
    std::uint64_t left_ = 0;
    unsigned workers_ = 1;
    std::deque<Gap> gaps_{Gap{}};  // the first begins behind the last range that was handed out
    std::uint64_t number_ = 0;
};

}  // namespace wisp::migrator
