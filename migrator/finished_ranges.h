// SPDX-License-Identifier: Apache-2.0
// Finished ranges: which parts of the key space the copy has brought into the ghost, whatever the
// order in which copiers got there. Neighbours are merged, so few spans tell it. A fresh run knows
// none; a resumed one those of its checkpoint. Not thread-safe: Ranges holds it under a lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "migrator/chunker.h"

namespace wisp::migrator {

class FinishedRanges {
  public:
    /// `known`: disjoint, in the order of their keys, no two of them neighbours. `rows`: theirs.
    explicit FinishedRanges(const std::vector<Span>& known = {}, std::uint64_t rows = 0);

    /// What lies between the spans known at first.
    [[nodiscard]] const std::vector<Gap>& gaps() const { return gaps_; }
    /// A range cut from one of the gaps, `rows` long, has been committed with all its rows.
    void add(const Range& range, std::uint64_t rows);
    /// All of it, with so many rows.
    [[nodiscard]] static FinishedRanges all(std::uint64_t rows) {
        return FinishedRanges({Span{}}, rows);
    }

    /// In the order of their keys, no two of them neighbours.
    [[nodiscard]] std::vector<Span> spans() const;
    [[nodiscard]] std::uint64_t rows() const { return rows_; }

  private:
    /// Keys have no order that we could compare, but their ranges do: by gap, and by number within
    /// it. The span known behind a gap comes after all of that gap's ranges.
    using Place = std::pair<std::size_t, std::uint64_t>;

    std::vector<Gap> gaps_;
    std::map<Place, Span> spans_;
    std::uint64_t rows_ = 0;
};

}  // namespace wisp::migrator
