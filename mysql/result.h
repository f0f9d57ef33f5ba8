// SPDX-License-Identifier: Apache-2.0
// Result: one buffered result set. Owns its memory; cells are views into it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct st_mysql_res;

namespace wisp::mysql {

/// One row of a Result; valid as long as the Result.
class Row {
  public:
    Row(char** cells, const unsigned long* lengths, std::size_t columns)
        : cells_(cells), lengths_(lengths), columns_(columns) {}
    [[nodiscard]] std::size_t size() const { return columns_; }
    [[nodiscard]] bool is_null(std::size_t i) const { return cells_[i] == nullptr; }
    /// The cell's bytes; empty for NULL.
    [[nodiscard]] std::string_view operator[](std::size_t i) const {
        return cells_[i] == nullptr ? std::string_view{} : std::string_view(cells_[i], lengths_[i]);
    }
    [[nodiscard]] std::string text(std::size_t i) const { return std::string((*this)[i]); }
    [[nodiscard]] std::optional<std::string> optional_text(std::size_t i) const;
    /// Throws mysql::Error if the cell is not a decimal number.
    [[nodiscard]] std::uint64_t number(std::size_t i) const;

  private:
    char** cells_;
    const unsigned long* lengths_;
    std::size_t columns_;
};

class Result {
  public:
    /// Takes ownership of a stored result; null is an empty result without columns.
    explicit Result(st_mysql_res* result);
    Result(Result&&) noexcept;
    Result& operator=(Result&&) noexcept;
    ~Result();

    [[nodiscard]] bool empty() const { return rows_.empty(); }
    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    [[nodiscard]] const Row& operator[](std::size_t i) const { return rows_[i]; }
    [[nodiscard]] auto begin() const { return rows_.begin(); }
    [[nodiscard]] auto end() const { return rows_.end(); }
    [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }
    /// Index of a column by name (ASCII case ignored); nullopt if the server did not send it.
    [[nodiscard]] std::optional<std::size_t> column(std::string_view name) const;

  private:
    struct Free {
        void operator()(st_mysql_res* result) const;
    };
    std::unique_ptr<st_mysql_res, Free> result_;
    std::vector<unsigned long> lengths_;
    std::vector<Row> rows_;
    std::vector<std::string> columns_;
};

}  // namespace wisp::mysql
