// SPDX-License-Identifier: Apache-2.0
#include "migrator/verify/touched_keys.h"

namespace wisp::migrator {

TouchedKeys::Bracket TouchedKeys::open() {
    return state_.write([](State& state) {
        const Bracket bracket = state.next++;
        state.brackets.emplace(bracket, Names{});
        return bracket;
    });
}

TouchedKeys::Names TouchedKeys::close(Bracket bracket) {
    return state_.write([&](State& state) {
        auto node = state.brackets.extract(bracket);
        return node.empty() ? Names{} : std::move(node.mapped());
    });
}

void TouchedKeys::note(const ChangeBatch& batch, RowReader& reader) {
    state_.write([&](State& state) {
        if (state.brackets.empty()) return;
        for (const auto& [identity, key] : batch.states()) {
            const std::string name = reader.key_name(key.change, key.deleted);
            for (auto& [bracket, names] : state.brackets) names.insert(name);
        }
    });
}

}  // namespace wisp::migrator
