// SPDX-License-Identifier: Apache-2.0
// TableCache: which table ids of the current statement belong to watched tables. A TABLE_MAP is
// compared by name once; rows events are then told apart by their id alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/expected.h"
#include "binlog/byte_reader.h"
#include "binlog/column_hint.h"
#include "binlog/table_map.h"

namespace wisp::binlog {

/// Whose rows are read, and what the catalogue knows about their columns.
struct TableChoice {
    std::function<bool(std::string_view schema, std::string_view table)> watches;
    /// Empty: no hints. Asked once for each definition of a table; may throw.
    std::function<std::vector<ColumnHint>(const TableMap&)> hints;
};

class TableCache {
  public:
    explicit TableCache(TableChoice choice) : choice_(std::move(choice)) {}

    struct Watched {
        std::shared_ptr<const TableMap> map;  // null: nobody wants the rows of this table
        std::span<const ColumnHint> hints;
        bool known = false;  // a TABLE_MAP of this statement named the id
    };

    /// A TABLE_MAP event came.
    [[nodiscard]] Expected<void> add(Bytes body, std::size_t fixed_size);
    [[nodiscard]] Watched find(std::uint64_t id) const;
    /// The statement ended (STMT_END_F): ids mean nothing any more.
    void end_statement() { ids_.clear(); }

  private:
    struct Entry {
        std::vector<std::uint8_t> body;       // of the last TABLE_MAP, to see that it is the same
        std::shared_ptr<const TableMap> map;  // parsed from it
        std::vector<ColumnHint> hints;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view key) const {
            return std::hash<std::string_view>{}(key);
        }
    };

    TableChoice choice_;
    /// Watched tables seen, by "schema\0…table" as the TABLE_MAP has it.
    std::unordered_map<std::string, Entry, Hash, std::equal_to<>> watched_;
    std::vector<std::pair<std::uint64_t, const Entry*>> ids_;  // null: not watched
};

}  // namespace wisp::binlog
