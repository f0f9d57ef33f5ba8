// SPDX-License-Identifier: Apache-2.0
#include "drift/rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "migrator/verify/key_name.h"
#include "mysql/connection.h"
#include "sql/identifier.h"
#include "sql/key_range.h"

namespace wisp::drift {
namespace {

std::string from(const View& view) {
    return sql::quote(view.subject.name()) + view.index;
}

Digest digest(mysql::Connection& server, const std::string& query) {
    const auto answer = server.query(query);
    return {answer[0].number(0), answer[0].text(1)};
}

}  // namespace

Digest digest_of(mysql::Connection& server, const View& view, const migrator::Range& range) {
    const auto& plan = view.subject.plan;
    return digest(server,
                  fmt::format("SELECT {} FROM {} WHERE {}", digest_list(plan.columns, view.form),
                              from(view), migrator::range_condition(plan, range)));
}

Digest digest_of_bag(mysql::Connection& server, const View& view) {
    return digest(
        server, fmt::format("SELECT {} FROM {}",
                            digest_list_of_bag(view.subject.plan.columns, view.form), from(view)));
}

std::map<Key, std::string> hashes_of(mysql::Connection& server, const View& view,
                                     const migrator::Range& range) {
    const auto& plan = view.subject.plan;
    const auto rows = server.query(
        fmt::format("SELECT {}, {} FROM {} WHERE {}", migrator::key_select_list(plan, ""),
                    hash_of(row_text(plan.columns, view.form), view.form), from(view),
                    migrator::range_condition(plan, range)));
    std::map<Key, std::string> hashes;
    for (const auto& row : rows) {
        hashes.insert_or_assign(migrator::key_literals(plan, row),
                                row.text(plan.key.columns.size()));
    }
    return hashes;
}

std::map<Key, LookedRow> rows_of(mysql::Connection& server, const View& view,
                                 const std::vector<Key>& keys, std::size_t first,
                                 std::size_t count) {
    const auto& plan = view.subject.plan;
    const auto names = migrator::key_columns(plan);
    std::vector<std::string> conditions;
    for (std::size_t i = first; i < std::min(first + count, keys.size()); ++i) {
        conditions.push_back(sql::equal_to(names, keys[i]));
    }
    std::vector<std::string> hashes;
    for (const auto& column : plan.columns) {
        hashes.push_back(hash_of(column_text(column.source, view.form), view.form));
    }
    const auto rows = server.query(fmt::format(
        "SELECT {}, {} FROM {} WHERE {}{}", migrator::key_select_list(plan, ""),
        fmt::join(hashes, ", "), from(view), fmt::join(conditions, " OR "), view.reading));
    std::map<Key, LookedRow> looked;
    for (const auto& row : rows) {
        LookedRow one{migrator::key_name(plan, row), {}};
        for (std::size_t i = 0; i < plan.columns.size(); ++i) {
            one.hashes.push_back(row.text(plan.key.columns.size() + i));
        }
        looked.insert_or_assign(migrator::key_literals(plan, row), std::move(one));
    }
    return looked;
}

std::map<Key, Differing> differences(const Subject& subject,
                                     const std::map<Key, LookedRow>& primary,
                                     const std::map<Key, LookedRow>& replica) {
    std::map<Key, Differing> found;
    for (const auto& [key, row] : primary) {
        const auto there = replica.find(key);
        if (there == replica.end()) {
            found.insert({key, {{RowKind::kMissing, key, {}}, row.name}});
        } else if (there->second.hashes != row.hashes) {
            RowDrift drift{RowKind::kDiffers, key, {}};
            for (std::size_t i = 0; i < row.hashes.size(); ++i) {
                if (row.hashes[i] != there->second.hashes[i]) {
                    drift.columns.push_back(subject.plan.columns[i].source.name);
                }
            }
            found.insert({key, {std::move(drift), row.name}});
        }
    }
    for (const auto& [key, row] : replica) {
        if (!primary.contains(key)) found.insert({key, {{RowKind::kExtra, key, {}}, row.name}});
    }
    return found;
}

}  // namespace wisp::drift
