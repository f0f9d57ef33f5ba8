// SPDX-License-Identifier: Apache-2.0
// Change batch: row changes of whole transactions folded to one state per key, the last one (R1).
// A batch represents one delivered position of the source table (R6).
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "binlog/change.h"
#include "migrator/row_reader.h"

namespace wisp::migrator {

/// The last state of one key. deleted: the key is the one of change.before; else the row is the one
/// after the change.
struct KeyState {
    binlog::Change change;
    bool deleted = false;
    /// The change's images do not tell the whole row: it has to be read from the source.
    bool from_source = false;
    /// The key was deleted earlier in the batch: the row is another one than the ghost has.
    bool reborn = false;
};

class ChangeBatch {
  public:
    using States = std::unordered_map<std::string, KeyState>;
    using State = States::value_type;

    /// Folds one row change in, in log order.
    void add(const binlog::Change& change, RowReader& reader);
    /// Puts a row back that could not be written before, unless a newer state is here.
    void add_held(const std::string& identity, const KeyState& state);

    [[nodiscard]] const States& states() const { return states_; }
    [[nodiscard]] std::size_t changes() const { return changes_; }
    /// Bytes of the row events that the states keep in memory. Changes that a newer one of their
    /// key has replaced count no more.
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] bool empty() const { return states_.empty(); }
    /// The states about as their keys stand in the index, so that neighbours are written together.
    [[nodiscard]] std::vector<const State*> in_key_order() const;
    /// True if a row of it has to be read from the source.
    [[nodiscard]] bool reads_source() const;

  private:
    void put(std::string identity, KeyState state);
    void keep(const binlog::RowsBlock& block);
    void release(const binlog::RowsBlock& block);

    States states_;
    std::unordered_map<const binlog::RowsBlock*, std::size_t> blocks_;  // → states that need it
    std::size_t changes_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace wisp::migrator
