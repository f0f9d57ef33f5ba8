// SPDX-License-Identifier: Apache-2.0
#include "throttle/board.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace wisp::throttle {

void Board::add(std::string name, std::optional<std::chrono::milliseconds> silence_limit,
                SteadyTime now) {
    Entry entry;
    entry.name = std::move(name);
    entry.silence_limit = silence_limit;
    entry.reading = {Effect::kHoldCopy, "not measured yet"};
    entry.read_at = entry.since = now;
    entries_.push_back(std::move(entry));
}

std::vector<Change> Board::record(std::size_t source, Reading reading, SteadyTime now) {
    Entry& entry = entries_.at(source);
    auto changes = set(entry, std::move(reading), now);
    entry.read_at = now;
    entry.heard = true;
    entry.silent = false;
    return changes;
}

std::vector<Change> Board::check_silence(SteadyTime now) {
    std::vector<Change> changes;
    for (Entry& entry : entries_) {
        const auto silence = now - entry.read_at;
        if (!entry.silence_limit || silence <= *entry.silence_limit) continue;
        // A source that holds already goes on holding, for its own reason.
        if (entry.heard && !entry.silent && entry.reading.effect != Effect::kGo) continue;
        const std::chrono::duration<double> seconds = silence;
        auto change =
            set(entry, {Effect::kHoldCopy, fmt::format("no answer for {:.1f} s", seconds.count())},
                now);
        std::move(change.begin(), change.end(), std::back_inserter(changes));
        entry.heard = entry.silent = true;
    }
    return changes;
}

Verdict Board::verdict() const {
    Verdict verdict;
    for (const Entry& entry : entries_) {
        const Reading& reading = entry.reading;
        if (reading.effect == Effect::kGo) continue;
        verdict.effect = std::max(verdict.effect, reading.effect);
        verdict.holds.push_back({entry.name, reading.effect, reading.reason, entry.since});
    }
    std::stable_sort(verdict.holds.begin(), verdict.holds.end(), [](const Hold& a, const Hold& b) {
        return std::tie(b.effect, a.since) < std::tie(a.effect, b.since);
    });
    return verdict;
}

std::vector<Change> Board::set(Entry& entry, Reading reading, SteadyTime now) {
    std::vector<Change> changes;
    // What was assumed before the first reading is no news.
    const Effect before = entry.heard ? entry.reading.effect : Effect::kGo;
    const Effect after = reading.effect;
    if (before != after) {
        const bool ends = after == Effect::kGo;
        changes.push_back({entry.name, before, after, ends ? entry.reading.reason : reading.reason,
                           ends ? now - entry.since : std::chrono::steady_clock::duration{}});
    }
    const bool held = entry.reading.effect != Effect::kGo;
    if (!held && after != Effect::kGo) entry.since = now;
    entry.reading = std::move(reading);
    return changes;
}

}  // namespace wisp::throttle
