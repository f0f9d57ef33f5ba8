// SPDX-License-Identifier: Apache-2.0
#include "sql/table_def.h"

#include <utility>

#include "sql/identifier.h"
#include "sql/tokenizer.h"

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

std::vector<std::string> members_of(std::string_view column_type) {
    std::vector<std::string> members;
    auto tokens = tokenize(column_type);
    if (!tokens || tokens->empty()) return members;
    if (!tokens->front().is("enum") && !tokens->front().is("set")) return members;
    for (Token& token : *tokens) {
        if (token.kind == Token::Kind::kString) members.push_back(std::move(token.text));
    }
    return members;
}

}  // namespace wisp::sql
