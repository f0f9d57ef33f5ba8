// SPDX-License-Identifier: Apache-2.0
#include "migrator/finished_ranges.h"

#include <iterator>
#include <limits>

namespace wisp::migrator {
namespace {

bool neighbours(const Span& left, const Span& right) {
    return !left.up_to.empty() && left.up_to == right.after;
}

}  // namespace

FinishedRanges::FinishedRanges(const std::vector<Span>& known, std::uint64_t rows) : rows_(rows) {
    std::vector<std::string> after;
    for (std::size_t i = 0; i < known.size(); ++i) {
        spans_.emplace(Place{i, std::numeric_limits<std::uint64_t>::max()}, known[i]);
        // One that is open below has nothing before it.
        if (!known[i].after.empty()) gaps_.push_back({{after, known[i].after}, i});
        after = known[i].up_to;
    }
    if (known.empty() || !after.empty()) gaps_.push_back({{after, {}}, known.size()});
}

void FinishedRanges::add(const Range& range, std::uint64_t rows) {
    rows_ += rows;
    auto at = spans_.emplace(Place{range.gap, range.number}, Span{range.after, range.up_to}).first;
    if (at != spans_.begin() && neighbours(std::prev(at)->second, at->second)) {
        const auto before = std::prev(at);
        before->second.up_to = std::move(at->second.up_to);
        spans_.erase(at);
        at = before;
    }
    const auto next = std::next(at);
    if (next == spans_.end() || !neighbours(at->second, next->second)) return;
    at->second.up_to = std::move(next->second.up_to);
    spans_.erase(next);
}

std::vector<Span> FinishedRanges::spans() const {
    std::vector<Span> spans;
    for (const auto& [place, span] : spans_) spans.push_back(span);
    return spans;
}

}  // namespace wisp::migrator
