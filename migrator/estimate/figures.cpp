// SPDX-License-Identifier: Apache-2.0
#include "migrator/estimate/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "mysql/connection.h"
#include "mysql/disks.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

std::uint64_t number_or_zero(const mysql::Row& row, std::size_t i) {
    return row.is_null(i) ? 0 : row.number(i);
}

}  // namespace

TableSize table_size(mysql::Connection& connection, const sql::TableName& name) {
    const auto rows = connection.query(fmt::format(
        "SELECT TABLE_ROWS, DATA_LENGTH, INDEX_LENGTH FROM information_schema.TABLES WHERE"
        " TABLE_SCHEMA = {} AND TABLE_NAME = {}",
        sql::text_literal(name.schema), sql::text_literal(name.table)));
    if (rows.empty()) return {};
    return {number_or_zero(rows[0], 0), number_or_zero(rows[0], 1), number_or_zero(rows[0], 2)};
}

ReadSample sample_read(mysql::Connection& connection, const Plan& plan, const TableSize& size) {
    constexpr std::uint64_t kMostRows = 5'000;
    constexpr std::uint64_t kMostBytes = 16U << 20U;
    const std::uint64_t row_bytes =
        std::max<std::uint64_t>(1, size.data_bytes / std::max<std::uint64_t>(1, size.rows));
    const std::uint64_t limit = std::clamp<std::uint64_t>(kMostBytes / row_bytes, 1, kMostRows);
    // A checksum of every column: a column that nobody looks at is not read.
    std::string sum = "1";
    for (const auto& column : plan.columns) {
        sum += fmt::format(" + COALESCE(CRC32({}), 0)", sql::quote(column.source.name));
    }
    std::string order;
    for (const std::size_t i : plan.key.columns) {
        order += (order.empty() ? "" : ", ") + sql::quote(plan.columns[i].source.name);
    }
    const auto began = std::chrono::steady_clock::now();
    const auto result = connection.query(fmt::format(
        "SELECT COUNT(*), SUM(read_all) FROM (SELECT {} AS read_all FROM {} FORCE INDEX ({}) ORDER"
        " BY {} LIMIT {}) AS sample",
        sum, sql::quote(plan.source.name), sql::quote(plan.key.source_index_name), order, limit));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    return {result[0].number(0), took.count()};
}

DiskRooms disk_rooms(mysql::Connection& connection) {
    DiskRooms rooms;
    const auto places = connection.query("SELECT @@datadir, @@log_bin_basename");
    const auto told = mysql::free_rooms(connection, {places[0].text(0), places[0].text(1)});
    if (!told) {
        rooms.unknown = told.error();
        return rooms;
    }
    const char* const kinds[] = {"data directory", "binary logs"};
    for (std::size_t i = 0; i < told->size(); ++i) {
        if (const auto& room = (*told)[i])
            rooms.known.push_back({kinds[i], room->mount, room->bytes});
    }
    if (rooms.known.empty()) rooms.unknown = "no disk in information_schema.DISKS is its own";
    return rooms;
}

}  // namespace wisp::migrator
