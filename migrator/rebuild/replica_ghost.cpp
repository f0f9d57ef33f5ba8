// SPDX-License-Identifier: Apache-2.0
#include "migrator/rebuild/replica_ghost.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "migrator/refusal.h"
#include "sql/create_table.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

std::vector<sql::Definition> split(const sql::Table& table) {
    auto definitions = sql::split_create_table(table.create_statement);
    if (definitions) return std::move(*definitions);
    throw Refusal(fmt::format("the definition of {} cannot be taken apart: {}",
                              sql::quote(table.name), definitions.error()));
}

/// "CONSTRAINT `c` CHECK (…)" → "CHECK (…)"; everything else as it is.
std::string without_check_name(const sql::Definition& definition) {
    const std::string& text = definition.text;
    const std::string start = "CONSTRAINT `";
    if (definition.kind != sql::DefinitionKind::kOther || text.rfind(start, 0) != 0) return text;
    auto end = text.find('`', start.size());
    while (end != std::string::npos && text.compare(end, 2, "``") == 0) {
        end = text.find('`', end + 2);
    }
    const auto check = end == std::string::npos ? end : text.find("CHECK", end);
    return check == std::string::npos ? text : text.substr(check);
}

}  // namespace

std::string create_ghost(const sql::Table& source, const sql::TableName& ghost) {
    const auto definitions = split(source);
    // The options follow the last definition: "\n) ENGINE=…".
    const std::string& create = source.create_statement;
    const auto last = create.rfind(definitions.back().text);
    const auto close = create.find(')', last + definitions.back().text.size());
    if (last == std::string::npos || close == std::string::npos) {
        throw Refusal(
            fmt::format("the definition of {} cannot be taken apart", sql::quote(source.name)));
    }
    std::vector<std::string> lines;
    for (const auto& definition : definitions) lines.push_back(without_check_name(definition));
    return fmt::format("CREATE TABLE {} ({}{}", sql::quote(ghost), fmt::join(lines, ", "),
                       create.substr(close));
}

bool same_definition(const sql::Table& a, const sql::Table& b) {
    const auto text = [](const sql::Table& table) {
        const std::string create = sql::without_counter(table.create_statement);
        return create.substr(std::min(create.find('('), create.size()));
    };
    return text(a) == text(b);
}

std::vector<std::string> own_indexes(const sql::Table& primary, const sql::Table& replica) {
    std::vector<std::string> list;
    for (const auto& definition : split(replica)) {
        const bool index = definition.kind == sql::DefinitionKind::kKey ||
                           definition.kind == sql::DefinitionKind::kUniqueKey ||
                           definition.kind == sql::DefinitionKind::kFulltextKey ||
                           definition.kind == sql::DefinitionKind::kOtherKey;
        const auto same = [&](const sql::Key& key) {
            return sql::same_name(key.name, definition.name);
        };
        if (!index || std::any_of(primary.keys.begin(), primary.keys.end(), same)) continue;
        const auto key = std::find_if(replica.keys.begin(), replica.keys.end(), same);
        const bool has_columns =
            key != replica.keys.end() &&
            std::all_of(key->parts.begin(), key->parts.end(), [&](const sql::KeyPart& part) {
                return part.column.empty() || primary.find_column(part.column) != nullptr;
            });
        if (has_columns) list.push_back(definition.text);
    }
    return list;
}

}  // namespace wisp::migrator
