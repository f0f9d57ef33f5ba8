// SPDX-License-Identifier: Apache-2.0
// State file: how far a comparison has come, so that one that was interrupted goes on there. What
// differed is not believed later but looked at again. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "drift/options.h"
#include "drift/rows.h"
#include "sql/table_def.h"

namespace wisp::drift {

/// How far one table has come.
struct TableState {
    std::string definition;                     // of the table; with another it begins anew
    Key after;                                  // every row up to it was compared; empty: none
    bool done = false;                          // every row was
    std::uint64_t rows = 0;                     // of the primary
    std::map<std::string, std::set<Key>> keys;  // by replica: to be looked at again
};

class StateFile {
  public:
    /// Reads the file if there is one. `path` empty: nothing is kept. Throws Refusal for the file
    /// of another comparison, none at all, or one more than a day old: what was equal then may have
    /// drifted since.
    StateFile(std::string path, const Options& options);

    [[nodiscard]] bool used() const { return !path_.empty(); }
    /// Of the run before; nullopt: the table was not begun.
    [[nodiscard]] std::optional<TableState> of(const sql::TableName& table) const;
    /// True if it is time to keep() again.
    [[nodiscard]] bool due() const;
    /// nullopt: the table begins anew. Throws Refusal if the file cannot be written.
    void keep(const sql::TableName& table, const std::optional<TableState>& state);
    /// The comparison has come to its end.
    void remove() const;

  private:
    struct Kept {
        std::map<std::string, TableState> tables;  // by "`schema`.`table`"
        std::chrono::steady_clock::time_point written;
    };
    void read();
    void write(const Kept& kept) const;

    const std::string path_;
    const std::string whose_;  // which comparison: servers, and what was asked for
    Guarded<Kept> kept_;
};

}  // namespace wisp::drift
