// SPDX-License-Identifier: Apache-2.0
// Kept columns: what only the ghost has, in a revert. A row that replay writes anew would lose
// these values, so they are read before, in the same transaction, and written with it. That is
// right only where no other unique key lets one row push out another (plan_revert()). One object
// per thread.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "migrator/change_batch.h"
#include "migrator/row_reader.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::migrator {

class KeptColumns {
  public:
    explicit KeptColumns(const Plan& plan);

    [[nodiscard]] bool any() const { return !plan_.kept.empty(); }
    /// ",`a`,…": to stand behind the list of the columns that are written.
    [[nodiscard]] std::string names() const;
    /// Before the row of states[i] is appended: reads what the ghost has for it and the next ones,
    /// as many as memory bears; what was read before is forgotten. Throws mysql::Error, or Refusal
    /// for a value that cannot be written again as it is.
    void read_on(mysql::Connection& connection, const sql::TableName& ghost,
                 const std::vector<const ChangeBatch::State*>& states, std::size_t i,
                 RowReader& reader);
    /// Appends ",v,…" to a tuple: what was read, or what a new row gets. Adds to `lenient` the
    /// columns whose values only a lenient session can write again.
    void append(const ChangeBatch::State& state, std::string& tuple,
                std::vector<std::string>& lenient) const;

  private:
    struct Values {
        std::string text;  // ",v,…"
        std::vector<std::string> lenient;
    };
    void read_some(mysql::Connection& connection, const sql::TableName& ghost,
                   const std::vector<const ChangeBatch::State*>& states, RowReader& reader);

    const Plan& plan_;
    std::string select_;  // the list, with a comma before each
    std::size_t rows_at_once_ = 0;
    std::unordered_map<const ChangeBatch::State*, Values> found_;
};

}  // namespace wisp::migrator
