// SPDX-License-Identifier: Apache-2.0
#include "migrator/deferred_indexes.h"

#include <fmt/format.h>

#include <algorithm>

#include "sql/create_table.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

/// InnoDB wants an index that begins with the AUTO_INCREMENT column.
bool carries_counter(const sql::Table& table, const std::string& key_name) {
    const auto key = std::find_if(table.keys.begin(), table.keys.end(),
                                  [&](const sql::Key& k) { return k.name == key_name; });
    if (key == table.keys.end() || key->parts.empty()) return true;  // in doubt it stays
    const sql::Column* column = table.find_column(key->parts.front().column);
    return column != nullptr && column->extra.find("auto_increment") != std::string::npos;
}

std::string alter(const sql::TableName& table, const std::vector<DeferredIndex>& indexes,
                  const auto& clause) {
    std::string text;
    for (const auto& index : indexes) {
        text += (text.empty() ? "ALTER TABLE " + sql::quote(table) + " " : ", ") + clause(index);
    }
    return text;
}

}  // namespace

std::vector<DeferredIndex> deferrable_indexes(const sql::Table& ghost) {
    const auto definitions = sql::split_create_table(ghost.create_statement);
    if (!definitions) return {};
    std::vector<DeferredIndex> found;
    for (const auto& definition : *definitions) {
        switch (definition.kind) {
            case sql::DefinitionKind::kForeignKey:
                return {};
            case sql::DefinitionKind::kOtherKey:
                found.clear();
                break;
            case sql::DefinitionKind::kKey:
                if (carries_counter(ghost, definition.name)) {
                    found.clear();
                } else {
                    found.push_back({definition.name, definition.text});
                }
                break;
            default:  // the servers sort unique keys before these, FULLTEXT behind them
                break;
        }
    }
    return found;
}

std::string drop_indexes(const sql::TableName& ghost, const std::vector<DeferredIndex>& indexes) {
    return alter(ghost, indexes,
                 [](const DeferredIndex& index) { return "DROP KEY " + sql::quote(index.name); });
}

std::string add_indexes(const sql::TableName& ghost, const std::vector<DeferredIndex>& indexes) {
    return alter(ghost, indexes,
                 [](const DeferredIndex& index) { return "ADD " + index.definition; });
}

}  // namespace wisp::migrator
