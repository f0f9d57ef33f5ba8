// SPDX-License-Identifier: Apache-2.0
#include "throttle/board.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace wisp::throttle {

namespace {

bool holds(Effect effect) {
    return effect >= Effect::kHoldCopy;
}

}  // namespace

std::size_t Board::add(std::string name, std::optional<std::chrono::milliseconds> silence_limit,
                       SteadyTime now) {
    Entry entry;
    entry.name = std::move(name);
    entry.silence_limit = silence_limit;
    entry.reading = {Effect::kHoldCopy, "not measured yet", 0};
    entry.read_at = entry.since = now;
    entries_.emplace(next_, std::move(entry));
    return next_++;
}

std::vector<Change> Board::remove(std::size_t source, SteadyTime now) {
    auto changes = set(entries_.at(source), {}, now);
    entries_.erase(source);
    return changes;
}

std::vector<Change> Board::record(std::size_t source, Reading reading, SteadyTime now) {
    const auto found = entries_.find(source);
    if (found == entries_.end()) return {};  // the last word of one that was removed
    Entry& entry = found->second;
    auto changes = set(entry, std::move(reading), now);
    // One that was silent and has a reason of its own now is news, though it held before.
    if (changes.empty() && entry.silent) {
        const Reading& own = entry.reading;
        changes.push_back({entry.name, own.effect, own.effect, own.reason, {}});
    }
    entry.read_at = now;
    entry.heard = true;
    entry.silent = false;
    return changes;
}

std::vector<Change> Board::check_silence(SteadyTime now) {
    std::vector<Change> changes;
    for (auto& [number, entry] : entries_) {
        const auto silence = now - entry.read_at;
        if (!entry.silence_limit || silence <= *entry.silence_limit) continue;
        // A source that holds already goes on holding, for its own reason.
        if (entry.heard && !entry.silent && holds(entry.reading.effect)) continue;
        const std::chrono::duration<double> seconds = silence;
        auto change = set(
            entry, {Effect::kHoldCopy, fmt::format("no answer for {:.1f} s", seconds.count()), 0},
            now);
        std::move(change.begin(), change.end(), std::back_inserter(changes));
        entry.heard = entry.silent = true;
    }
    return changes;
}

Verdict Board::verdict() const {
    Verdict verdict;
    for (const auto& [number, entry] : entries_) {
        const Reading& reading = entry.reading;
        if (reading.effect == Effect::kGo) continue;
        verdict.effect = std::max(verdict.effect, reading.effect);
        verdict.rest = std::max(verdict.rest, reading.rest);
        verdict.holds.push_back(
            {entry.name, reading.effect, reading.reason, entry.since, reading.rest});
    }
    std::stable_sort(verdict.holds.begin(), verdict.holds.end(), [](const Hold& a, const Hold& b) {
        return std::tie(b.effect, a.since) < std::tie(a.effect, b.since);
    });
    return verdict;
}

std::vector<SourceState> Board::states(SteadyTime now) const {
    std::map<std::string, SourceState> states;
    for (const auto& [name, held] : held_) states[name].held = held;
    for (const auto& [number, entry] : entries_) {
        SourceState& state = states[entry.name];
        state.holds = holds(entry.reading.effect);
        if (state.holds) state.held += now - entry.since;
        state.measure = entry.reading.measure;
    }
    std::vector<SourceState> list;
    for (auto& [name, state] : states) {
        state.name = name;
        list.push_back(std::move(state));
    }
    return list;
}

std::vector<Change> Board::set(Entry& entry, Reading reading, SteadyTime now) {
    std::vector<Change> changes;
    // What was assumed before the first reading is no news.
    const Effect before = entry.heard ? entry.reading.effect : Effect::kGo;
    const Effect after = reading.effect;
    if (before != after) {
        const bool ends = after == Effect::kGo || (holds(before) && !holds(after));
        changes.push_back({entry.name, before, after, ends ? entry.reading.reason : reading.reason,
                           ends ? now - entry.since : std::chrono::steady_clock::duration{}});
    }
    const Effect present = entry.reading.effect;
    if (holds(present) && !holds(after)) held_[entry.name] += now - entry.since;
    if (present == Effect::kGo || holds(present) != holds(after)) entry.since = now;
    entry.reading = std::move(reading);
    return changes;
}

}  // namespace wisp::throttle
