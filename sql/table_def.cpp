// SPDX-License-Identifier: Apache-2.0
#include "sql/table_def.h"

#include "sql/identifier.h"

namespace wisp::sql {

std::optional<std::size_t> Table::column_index(std::string_view column) const {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (same_name(columns[i].name, column)) return i;
    }
    return std::nullopt;
}

const Column* Table::find_column(std::string_view column) const {
    const auto index = column_index(column);
    return index ? &columns[*index] : nullptr;
}

}  // namespace wisp::sql
