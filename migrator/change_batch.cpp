// SPDX-License-Identifier: Apache-2.0
#include "migrator/change_batch.h"

namespace wisp::migrator {

void ChangeBatch::add(const binlog::Change& change, RowReader& reader) {
    reader.require_full(change);
    ++changes_;
    using enum binlog::ChangeKind;
    if (change.kind == kInsert) {
        states_[reader.identity(change, false)] = {change, false};
        return;
    }
    std::string before = reader.identity(change, true);
    if (change.kind == kDelete) {
        states_[std::move(before)] = {change, true};
        return;
    }
    std::string after = reader.identity(change, false);
    // An update that moves the key is a delete of the old key and a row under the new one.
    if (after != before) states_[std::move(before)] = {change, true};
    states_[std::move(after)] = {change, false};
}

void ChangeBatch::add_held(const std::string& identity, const KeyState& state) {
    states_.emplace(identity, state);
}

}  // namespace wisp::migrator
