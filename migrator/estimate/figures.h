// SPDX-License-Identifier: Apache-2.0
// Figures: what a server says about a table's size and its disks, and how fast rows are read.
#pragma once

#include <stop_token>

#include "migrator/estimate/estimate.h"
#include "migrator/plan.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::migrator {

[[nodiscard]] TableSize table_size(mysql::Connection& connection, const sql::TableName& name);

/// Reads some thousand rows, or some megabytes, from the key's low end, every column in full and
/// inside the server, as the copy does.
[[nodiscard]] ReadSample sample_read(mysql::Connection& connection, const Plan& plan,
                                     const TableSize& size);

/// Free room where data and binlogs lie. Only MariaDB's plugin DISKS tells that by SQL.
[[nodiscard]] DiskRooms disk_rooms(mysql::Connection& connection);

}  // namespace wisp::migrator
