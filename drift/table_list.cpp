// SPDX-License-Identifier: Apache-2.0
#include "drift/table_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "mysql/connection.h"
#include "sql/identifier.h"

namespace wisp::drift {

NameSet named_tables(const Options& options) {
    NameSet names;
    for (const auto& text : options.tables) {
        const auto dot = text.find('.');
        if (options.databases.size() == 1) {
            names.insert({options.databases.front(), text});
        } else if (dot != std::string::npos) {
            names.insert({text.substr(0, dot), text.substr(dot + 1)});
        }
    }
    return names;
}

NameSet list_tables(mysql::Connection& server, const Options& options) {
    std::vector<std::string> conditions;
    for (const auto& [schema, table] : named_tables(options)) {
        conditions.push_back(fmt::format("(TABLE_SCHEMA = {} AND TABLE_NAME = {})",
                                         sql::text_literal(schema), sql::text_literal(table)));
    }
    if (conditions.empty()) {
        for (const auto& schema : options.databases) {
            conditions.push_back("TABLE_SCHEMA = " + sql::text_literal(schema));
        }
    }
    if (conditions.empty()) {
        conditions.emplace_back(
            "TABLE_SCHEMA NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')");
    }
    const auto rows = server.query(
        fmt::format("SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE"
                    " TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND TABLE_COMMENT NOT LIKE"
                    " 'wisp: state of this replica%' AND ({})",
                    fmt::join(conditions, " OR ")));
    NameSet names;
    for (const auto& row : rows) names.insert({row.text(0), row.text(1)});
    return names;
}

}  // namespace wisp::drift
