// SPDX-License-Identifier: Apache-2.0
// Compares two tables: definitions line by line, rows column by column. Says which lines, rows and
// columns differ, up to a limit.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "localtests/compare/table.h"

namespace wisp::compare {

struct Outcome {
    std::uint64_t rows = 0;         // on the left
    std::uint64_t differences = 0;  // lines of the definition and rows
    std::vector<std::string> report;
};

class Comparison {
  public:
    Comparison(Table& left, Table& right, std::set<std::string> ignored_columns);

    void definitions();
    /// `piece_rows`: about how many rows of each side are held in memory at a time.
    void rows(std::size_t piece_rows);
    [[nodiscard]] const Outcome& outcome() const { return outcome_; }

  private:
    void piece(const Piece& piece);
    void note(std::string text);
    [[nodiscard]] bool same_columns();
    [[nodiscard]] std::string key_of(const mysql::Row& row) const;
    [[nodiscard]] std::string show_key(const mysql::Row& row) const;
    void compare_row(const mysql::Row& left, const mysql::Row& right);

    Table& left_;
    Table& right_;
    std::set<std::string> ignored_;
    Outcome outcome_;
};

}  // namespace wisp::compare
