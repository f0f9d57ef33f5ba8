// SPDX-License-Identifier: Apache-2.0
// TableCache: which table ids of the current statement belong to watched tables. A TABLE_MAP is
// compared by name once; rows events are then told apart by their id alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/expected.h"
#include "binlog/byte_reader.h"
#include "binlog/column_hint.h"
#include "binlog/table_map.h"
#include "sql/table_def.h"

namespace wisp::binlog {

class TableCache {
  public:
    TableCache(std::vector<sql::TableName> watched, std::vector<std::vector<ColumnHint>> hints);

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
    static constexpr std::size_t kUnwatched = static_cast<std::size_t>(-1);
    struct Entry {
        sql::TableName name;
        std::vector<ColumnHint> hints;
        std::vector<std::uint8_t> body;       // of the last TABLE_MAP, to see that it is the same
        std::shared_ptr<const TableMap> map;  // parsed from it
    };

    std::vector<Entry> watched_;
    std::vector<std::pair<std::uint64_t, std::size_t>> ids_;  // id, index into watched_
};

}  // namespace wisp::binlog
