// SPDX-License-Identifier: Apache-2.0
// Plans and row changes without a server: columns from their type text, plans through the real
// column map and key choice, row images as the binlog holds them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "binlog/change.h"
#include "migrator/plan.h"

namespace wisp::test {

/// NOT NULL; "int(10) unsigned", "varchar(20)" (utf8mb4, utf8mb4_general_ci), "enum('a','b')", …
[[nodiscard]] sql::Column column(std::string name, std::string type);
[[nodiscard]] sql::Column collated(std::string name, std::string type, std::string charset,
                                   std::string collation);
[[nodiscard]] sql::Column nullable(sql::Column column);
[[nodiscard]] sql::Column generated(sql::Column column, sql::Generated how);
[[nodiscard]] sql::Column with_default(sql::Column column, std::string text);

/// A unique key over whole columns.
[[nodiscard]] sql::Key unique_key(std::string name, const std::vector<std::string>& columns);
[[nodiscard]] sql::Key primary_key(const std::vector<std::string>& columns);

/// `s`.`t` with these columns and keys.
[[nodiscard]] sql::Table table(std::vector<sql::Column> columns, std::vector<sql::Key> keys);

/// Names, both tables and the ALTER; nothing is mapped yet.
[[nodiscard]] migrator::Plan raw_plan(sql::Table source, sql::Table ghost, std::string_view alter);
/// The same, mapped, with its key chosen. Throws migrator::Refusal as the run would.
[[nodiscard]] migrator::Plan make_plan(sql::Table source, sql::Table ghost, std::string_view alter);
/// A table that is only rebuilt.
[[nodiscard]] migrator::Plan same_plan(std::vector<sql::Column> columns,
                                       std::vector<sql::Key> keys);

/// One value of a row image; nullopt is NULL. Temporal columns take their raw bytes.
using Cell = std::variant<std::monostate, std::int64_t, std::string>;
using Cells = std::vector<Cell>;

/// Makes the changes that the decoder would hand over for one table.
class RowLog {
  public:
    explicit RowLog(const sql::Table& table);

    [[nodiscard]] binlog::Change insert(const Cells& row) const;
    [[nodiscard]] binlog::Change update(const Cells& before, const Cells& after) const;
    [[nodiscard]] binlog::Change erase(const Cells& row) const;
    /// The same with images that hold these columns only.
    [[nodiscard]] binlog::Change partial(binlog::ChangeKind kind, const Cells& before,
                                         const std::vector<bool>& present_before,
                                         const Cells& after,
                                         const std::vector<bool>& present_after) const;

  private:
    [[nodiscard]] std::vector<std::uint8_t> image(const Cells& row,
                                                  const std::vector<bool>& present) const;

    std::shared_ptr<const binlog::TableMap> map_;
};

}  // namespace wisp::test
