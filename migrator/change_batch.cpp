// SPDX-License-Identifier: Apache-2.0
#include "migrator/change_batch.h"

#include <algorithm>

#include "base/fault.h"

namespace wisp::migrator {

void ChangeBatch::add(const binlog::Change& change, RowReader& reader) {
    reader.require_key(change);
    ++changes_;
    using enum binlog::ChangeKind;
    if (change.kind == kDelete) {
        put(reader.identity(change, true), {change, true, false});
        return;
    }
    KeyState row{change, false, !reader.knows_row(change)};
    std::string after = reader.identity(change, false);
    if (change.kind == kUpdate) {
        // An update that moves the key is a delete of the old key and a row under the new one.
        std::string before = reader.identity(change, true);
        if (after != before) put(std::move(before), {change, true, false});
    }
    if (fault::rule_off("R1") && states_.contains(after)) return;
    put(std::move(after), std::move(row));
}

void ChangeBatch::add_held(const std::string& identity, const KeyState& state) {
    if (states_.emplace(identity, state).second) keep(*state.change.block);
}

void ChangeBatch::put(std::string identity, KeyState state) {
    keep(*state.change.block);
    const auto [at, fresh] = states_.try_emplace(std::move(identity));
    if (!fresh) {
        state.reborn = at->second.deleted || at->second.reborn;
        release(*at->second.change.block);
    }
    at->second = std::move(state);
}

void ChangeBatch::keep(const binlog::RowsBlock& block) {
    if (++blocks_[&block] == 1) bytes_ += block.bytes.size();
}

void ChangeBatch::release(const binlog::RowsBlock& block) {
    const auto found = blocks_.find(&block);
    if (--found->second > 0) return;
    bytes_ -= block.bytes.size();
    blocks_.erase(found);
}

std::vector<const ChangeBatch::State*> ChangeBatch::in_key_order() const {
    std::vector<const State*> ordered;
    ordered.reserve(states_.size());
    for (const State& state : states_) ordered.push_back(&state);
    std::sort(ordered.begin(), ordered.end(),
              [](const State* a, const State* b) { return a->first < b->first; });
    return ordered;
}

bool ChangeBatch::reads_source() const {
    return std::any_of(states_.begin(), states_.end(),
                       [](const auto& entry) { return entry.second.from_source; });
}

}  // namespace wisp::migrator
