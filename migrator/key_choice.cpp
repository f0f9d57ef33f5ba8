// SPDX-License-Identifier: Apache-2.0
#include "migrator/key_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "migrator/refusal.h"
#include "sql/identifier.h"
#include "sql/literal.h"

namespace wisp::migrator {
namespace {

/// Why the source's key cannot be a migration key; empty if it can.
std::string why_unusable(const sql::Table& table, const sql::Key& key, bool allow_nullable) {
    if (!key.unique) return "not unique";
    for (const auto& part : key.parts) {
        if (part.column.empty()) return "indexes an expression";
        if (part.prefix != 0) return fmt::format("indexes only a prefix of {}", part.column);
        const sql::Column* column = table.find_column(part.column);
        if (column == nullptr) return "names an unknown column";
        if (column->nullable && !allow_nullable)
            return fmt::format("column {} can be NULL", part.column);
        if (column->data_type == "float" || column->data_type == "double") {
            return fmt::format("column {} is a {}, whose values cannot be compared exactly",
                               part.column, column->data_type);
        }
        if (column->generated != sql::Generated::kNo) {
            return fmt::format("column {} is generated", part.column);
        }
    }
    return {};
}

const MappedColumn* find_mapped(const Plan& plan, const std::string& source_column) {
    const auto found = std::find_if(plan.columns.begin(), plan.columns.end(), [&](const auto& c) {
        return sql::same_name(c.source.name, source_column);
    });
    return found == plan.columns.end() ? nullptr : &*found;
}

bool is_nullable(const sql::Table& table, const sql::Key& key) {
    return std::any_of(key.parts.begin(), key.parts.end(), [&](const sql::KeyPart& part) {
        return table.find_column(part.column)->nullable;
    });
}

/// Lower is better: keys that cannot be NULL, the clustered key first, then narrow and numeric
/// ones.
std::size_t cost(const sql::Table& table, const sql::Key& key) {
    if (key.primary()) return 0;
    std::size_t cost = is_nullable(table, key) ? 10'000 : 1;
    for (const auto& part : key.parts) {
        cost += table.find_column(part.column)->charset.empty() ? 10 : 100;
    }
    return cost;
}

/// A unique key of `ghost` made of exactly these ghost columns, whole, in any order.
const sql::Key* unique_key_over(const sql::Table& ghost, const std::vector<std::string>& columns) {
    const auto matches = [&](const sql::Key& key) {
        if (!key.unique || key.parts.size() != columns.size()) return false;
        return std::all_of(key.parts.begin(), key.parts.end(), [&](const sql::KeyPart& part) {
            return part.prefix == 0 &&
                   std::any_of(columns.begin(), columns.end(), [&](const std::string& name) {
                       return sql::same_name(name, part.column);
                   });
        });
    };
    const auto found = std::find_if(ghost.keys.begin(), ghost.keys.end(), matches);
    return found == ghost.keys.end() ? nullptr : &*found;
}

/// Ghost names of a source key's columns; nullopt if one has no place in the ghost.
std::optional<std::vector<std::string>> names_in_ghost(const Plan& plan, const sql::Key& key) {
    std::vector<std::string> names;
    for (const auto& part : key.parts) {
        const MappedColumn* mapped = find_mapped(plan, part.column);
        if (mapped == nullptr) return std::nullopt;
        names.push_back(mapped->ghost.name);
    }
    return names;
}

/// Two different source values stay different in the ghost. Integers and VARCHARs of one collation
/// only change their width, and strict mode refuses what does not fit.
bool compares_alike(const MappedColumn& column) {
    if (sql::is_integer_type(column.source.data_type) &&
        sql::is_integer_type(column.ghost.data_type)) {
        return true;
    }
    // Members appended at the end keep the numbers of the others.
    const bool members = column.source.data_type == column.ghost.data_type &&
                         !column.source.members.empty() && !column.conversion.members_as_text;
    if (members) return true;
    const bool varchars =
        column.source.data_type == "varchar" && column.ghost.data_type == "varchar";
    if (varchars && column.source.collation == column.ghost.collation &&
        column.ghost.max_characters >= column.source.max_characters) {
        return true;
    }
    return column.source.data_type == column.ghost.data_type &&
           column.source.column_type == column.ghost.column_type &&
           column.source.collation == column.ghost.collation;
}

/// The ghost stores the very value, not a rounded, cut or padded one: a delete must find its row.
bool keeps_value(const MappedColumn& column) {
    const sql::Column& source = column.source;
    const sql::Column& ghost = column.ghost;
    if (compares_alike(column)) return true;
    if (sql::is_text_type(source.data_type) && sql::is_text_type(ghost.data_type)) {
        return ghost.max_characters >= source.max_characters &&
               (ghost.data_type != "char" || source.data_type == "char");
    }
    if (source.data_type != ghost.data_type) {
        return sql::is_integer_type(source.data_type) && ghost.data_type == "decimal";
    }
    if (source.data_type == "decimal") return ghost.scale >= source.scale;
    if (source.data_type == "varbinary") return ghost.max_bytes >= source.max_bytes;
    const bool temporal = source.data_type == "datetime" || source.data_type == "timestamp" ||
                          source.data_type == "time";
    return temporal && ghost.fraction_digits >= source.fraction_digits;
}

/// A column of the key whose values the ALTER changes; nullptr if there is none.
const MappedColumn* changed_column(const Plan& plan, const sql::Key& key) {
    for (const auto& part : key.parts) {
        const MappedColumn* mapped = find_mapped(plan, part.column);
        if (mapped != nullptr && !keeps_value(*mapped)) return mapped;
    }
    return nullptr;
}

/// True if some unique key of the source forbids everything that this ghost key forbids.
bool source_has_as_strict(const Plan& plan, const sql::Key& ghost_key) {
    return std::any_of(plan.source.keys.begin(), plan.source.keys.end(), [&](const sql::Key& key) {
        if (!key.unique || key.parts.size() != ghost_key.parts.size()) return false;
        for (std::size_t i = 0; i < key.parts.size(); ++i) {
            const MappedColumn* mapped = find_mapped(plan, key.parts[i].column);
            if (mapped == nullptr || !compares_alike(*mapped) ||
                !sql::same_name(mapped->ghost.name, ghost_key.parts[i].column) ||
                key.parts[i].prefix != ghost_key.parts[i].prefix) {
                return false;
            }
        }
        return true;
    });
}

}  // namespace

std::string why_no_key(const sql::Table& table, bool allow_nullable) {
    std::string reasons;
    for (const auto& key : table.keys) {
        const std::string reason = why_unusable(table, key, allow_nullable);
        if (reason.empty()) return {};
        if (key.unique) reasons += fmt::format("; {}: {}", key.name, reason);
    }
    return fmt::format(
        "table {} has no unique key without NULLs that wisp could go by{}; add one (for example"
        " ALTER TABLE … ADD PRIMARY KEY, or a NOT NULL unique column) with a native ALTER first",
        sql::quote(table.name), reasons);
}

void choose_key(Plan& plan) {
    const sql::Key* best = nullptr;
    std::string reasons;
    for (const auto& key : plan.source.keys) {
        std::string reason = why_unusable(plan.source, key, plan.allow_nullable_key);
        if (reason.empty()) {
            const auto names = names_in_ghost(plan, key);
            if (!names || unique_key_over(plan.ghost, *names) == nullptr) {
                reason = "the ALTER leaves no unique key over its columns";
            } else if (const auto* changed = changed_column(plan, key)) {
                reason = fmt::format("the ALTER changes the values of column {}, from {} to {}",
                                     changed->source.name, changed->source.column_type,
                                     changed->ghost.column_type);
            }
        }
        if (!reason.empty()) {
            if (key.unique) reasons += fmt::format("; {}: {}", key.name, reason);
            continue;
        }
        if (best == nullptr || cost(plan.source, key) < cost(plan.source, *best)) best = &key;
    }
    if (best == nullptr) {
        throw Refusal(
            fmt::format("no unique key without NULLs is in {} both before and after the ALTER{}; "
                        "keep one key in"
                        " place and change it in a second migration",
                        sql::quote(plan.source.name), reasons));
    }
    plan.key = {best->name,
                {},
                is_nullable(plan.source, *best),
                reasons.empty() ? reasons : reasons.substr(2)};
    for (const auto& part : best->parts) {
        const MappedColumn* mapped = find_mapped(plan, part.column);
        plan.key.columns.push_back(static_cast<std::size_t>(mapped - plan.columns.data()));
        if (!compares_alike(*mapped)) plan.exact_key = true;
    }
    plan.ghost_is_stricter = std::any_of(
        plan.ghost.keys.begin(), plan.ghost.keys.end(),
        [&](const sql::Key& key) { return key.unique && !source_has_as_strict(plan, key); });
}

}  // namespace wisp::migrator
