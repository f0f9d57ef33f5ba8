// SPDX-License-Identifier: Apache-2.0
#include "migrator/server_mover.h"

#include <fmt/format.h>

#include "migrator/copy_sql.h"
#include "mysql/connection.h"
#include "sql/identifier.h"
#include "sql/key_range.h"
#include "sql/literal.h"

namespace wisp::migrator {
namespace {

constexpr std::size_t kMissingPage = 500;
constexpr unsigned kMostSlices = 50;  // many times those of a chunk

}  // namespace

ServerMover::ServerMover(const Plan& plan)
    : plan_(plan),
      head_("INSERT INTO " + sql::quote(plan.names.ghost) + columns_from_source(plan)) {
    tail_ = keep_what_is_there(plan);
    other_unique_keys_ = has_other_unique_keys(plan);
}

void ServerMover::remove(mysql::Connection& connection, const std::string& condition,
                         const std::stop_token& /*stop*/) {
    connection.execute(delete_from_ghost(plan_, condition));
}

Moved ServerMover::move(mysql::Connection& connection, const Range& range, const Proof& prove,
                        const std::stop_token& /*stop*/) {
    if (prove) prove(connection);
    Moved moved;
    // Each slice opens a view of its own, after the proof: for R2 and R3 it is as good as a chunk.
    Range slice = range;
    for (unsigned slices = 1;; ++slices) {
        // The last range has no end: rows that come as fast as slices would keep us here for ever.
        if (slices > kMostSlices) slice.slice_rows = 0;
        const auto end = slice_end(connection, slice);
        if (end) slice.up_to = *end;
        const auto done = connection.execute(head_ + range_condition(plan_, slice) + tail_);
        refuse_warnings(connection, done, plan_);
        moved.rows_read += done.records;
        moved.rows_inserted += done.affected_rows;
        if (!end) break;
        slice.after = *end;
        slice.up_to = range.up_to;
    }
    if (moved.rows_inserted < moved.rows_read && other_unique_keys_) {
        find_missing(connection, range, moved);
    }
    return moved;
}

std::optional<std::vector<std::string>> ServerMover::slice_end(mysql::Connection& connection,
                                                               const Range& rest) const {
    if (rest.slice_rows == 0 || !rest.keys.empty()) return std::nullopt;
    auto end = nth_key(connection, plan_, rest, rest.slice_rows);
    return end == rest.up_to ? std::nullopt : end;
}

void ServerMover::find_missing(mysql::Connection& connection, const Range& range,
                               Moved& moved) const {
    const auto names = key_columns(plan_);
    std::string beyond;
    for (std::size_t found = kMissingPage; found == kMissingPage;) {
        const auto rows = connection.query(fmt::format(
            "SELECT {} FROM (SELECT {} FROM {} FORCE INDEX ({}) WHERE ({}){}) AS s"
            " WHERE NOT EXISTS (SELECT 1 FROM {} AS g FORCE INDEX ({}) WHERE {}) ORDER BY {}"
            " LIMIT {}",
            key_select_list(plan_, "s."), sql::column_list(names), sql::quote(plan_.names.source),
            sql::quote(plan_.key.source_index_name), range_condition(plan_, range), beyond,
            sql::quote(plan_.names.ghost), sql::quote(ghost_key_name(plan_)),
            same_key(plan_, "s.", "g."), sql::order_by(names), kMissingPage));
        for (const auto& row : rows) {
            moved.missing.push_back(sql::equal_to(names, key_literals(plan_, row)));
        }
        found = rows.size();
        if (found > 0) {
            beyond = " AND " + sql::greater_than(names, key_literals(plan_, rows[found - 1]));
        }
    }
}

}  // namespace wisp::migrator
