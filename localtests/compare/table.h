// SPDX-License-Identifier: Apache-2.0
// Table: one side of a comparison. Reads the definition without the parts that may differ (names,
// AUTO_INCREMENT), and rows as exact bytes: no character set conversion, floats with all digits.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mysql/connection.h"

namespace wisp::compare {

struct Column {
    std::string name;
    std::string type;  // DATA_TYPE, e.g. "float"
};

/// Half-open range of an integer key column; a missing end is open.
struct Piece {
    std::optional<std::string> low;
    std::optional<std::string> high;
};

class Table {
  public:
    Table(const mysql::Endpoint& endpoint, std::string database, std::string table);

    [[nodiscard]] const std::string& label() const { return label_; }
    [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }
    /// Positions in columns() of the primary key, else of a unique key without nullable columns,
    /// else of all columns.
    [[nodiscard]] const std::vector<std::size_t>& key() const { return key_; }
    /// SHOW CREATE TABLE, one string a line, comparable with another table's.
    [[nodiscard]] std::vector<std::string> definition();
    /// Ranges that hold about `rows` rows each; one open range if the key is not an integer.
    [[nodiscard]] std::vector<Piece> pieces(std::size_t rows);
    /// All rows of a range, in no order; the cells stand as in columns().
    [[nodiscard]] mysql::Result rows(const Piece& piece);

  private:
    void load_columns();
    void load_key();

    mysql::Connection connection_;
    std::string database_;
    std::string table_;
    std::string label_;
    std::vector<Column> columns_;
    std::vector<std::size_t> key_;
};

[[nodiscard]] std::string quoted(const std::string& name);

}  // namespace wisp::compare
