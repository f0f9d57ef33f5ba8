// SPDX-License-Identifier: Apache-2.0
#include "extract/filter.h"

#include <algorithm>

#include "sql/statement_scan.h"

namespace wisp::extract {

bool Filter::wants_table(std::string_view schema, std::string_view table) const {
    if (!schemas.empty() && std::find(schemas.begin(), schemas.end(), schema) == schemas.end())
        return false;
    return tables.empty() || std::any_of(tables.begin(), tables.end(), [&](std::string_view name) {
               // A dot may be part of a table's name: both readings count.
               return name == table || (name.size() == schema.size() + 1 + table.size() &&
                                        name.starts_with(schema) && name[schema.size()] == '.' &&
                                        name.ends_with(table));
           });
}

bool Filter::wants(binlog::ChangeKind kind) const {
    switch (kind) {
        case binlog::ChangeKind::kInsert:
            return inserts;
        case binlog::ChangeKind::kUpdate:
            return updates;
        case binlog::ChangeKind::kDelete:
            return deletes;
    }
    return true;
}

bool Filter::wants(const binlog::Statement& statement) const {
    const auto concerns = [&](const std::string& schema, const std::string& table) {
        return sql::changes_table(statement.text, statement.schema, {schema, table});
    };
    if (tables.empty())
        return schemas.empty() ||
               std::any_of(schemas.begin(), schemas.end(), [&](const std::string& schema) {
                   return statement.schema == schema ||
                          statement.text.find(schema) != std::string::npos;
               });
    for (const auto& name : tables) {
        const auto dot = name.find('.');
        if (dot != std::string::npos && concerns(name.substr(0, dot), name.substr(dot + 1)))
            return true;
        if (schemas.empty() && concerns(statement.schema, name)) return true;
        for (const auto& schema : schemas)
            if (concerns(schema, name)) return true;
    }
    return false;
}

bool Filter::wants(const binlog::Transaction& transaction) const {
    if (start_time && transaction.timestamp < *start_time) return false;
    if (stop_time && transaction.timestamp >= *stop_time) return false;
    if (!include.empty() && !include.contains(transaction.gtid)) return false;
    return exclude.empty() || !exclude.contains(transaction.gtid);
}

}  // namespace wisp::extract
