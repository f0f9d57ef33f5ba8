// SPDX-License-Identifier: Apache-2.0
#include "migrator/names.h"

#include "sql/identifier.h"

namespace wisp::migrator {
std::string name_after(const std::string& base, std::string_view suffix) {
    if (sql::character_count(base) + suffix.size() <= sql::kMaxNameCharacters) {
        return base + std::string(suffix);
    }
    const std::string tail = sql::derived_name(base, suffix);
    std::string cut = sql::character_count(tail) < sql::kMaxNameCharacters ? tail : tail.substr(1);
    return (base < "~" ? "~" : "\xEF\xBF\xBF") + cut;
}

TableNames table_names(const sql::TableName& source, std::string_view old_timestamp,
                       std::string_view base) {
    if (base.empty()) base = source.table;
    const auto in_schema = [&](std::string table) {
        return sql::TableName{source.schema, std::move(table)};
    };
    return {source,
            in_schema(sql::ghost_name(base)),
            in_schema(sql::changelog_name(base)),
            in_schema(sql::old_name(base, old_timestamp)),
            in_schema(name_after(source.table, "~gho")),
            in_schema(name_after(source.table, "~old")),
            in_schema(sql::checkpoint_name(base))};
}

}  // namespace wisp::migrator
