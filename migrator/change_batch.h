// SPDX-License-Identifier: Apache-2.0
// Change batch: row changes of whole transactions folded to one state per key, the last one (R1).
// A batch represents one delivered position of the source table (R6).
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "binlog/change.h"
#include "migrator/row_reader.h"

namespace wisp::migrator {

/// The last state of one key. deleted: the key is the one of change.before; else the row is
/// change.after.
struct KeyState {
    binlog::Change change;
    bool deleted = false;
};

class ChangeBatch {
  public:
    using States = std::unordered_map<std::string, KeyState>;

    /// Folds one row change in, in log order.
    void add(const binlog::Change& change, RowReader& reader);
    /// Puts a row back that could not be written before, unless a newer state is here.
    void add_held(const std::string& identity, const KeyState& state);

    [[nodiscard]] const States& states() const { return states_; }
    [[nodiscard]] std::size_t changes() const { return changes_; }
    [[nodiscard]] bool empty() const { return states_.empty(); }

  private:
    States states_;
    std::size_t changes_ = 0;
};

}  // namespace wisp::migrator
