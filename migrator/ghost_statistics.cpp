// SPDX-License-Identifier: Apache-2.0
#include "migrator/ghost_statistics.h"

#include <limits>

#include "base/log.h"
#include "mysql/error.h"
#include "sql/identifier.h"

namespace wisp::migrator {

void GhostStatistics::refresh(mysql::Connection& connection, std::uint64_t rows) {
    const auto never = std::numeric_limits<std::uint64_t>::max();
    // Before 8.0.24 whoever comes after ANALYZE waits for those who were in the table before it
    // (MySQL 8.0 manual, "ANALYZE TABLE Statement"): a moment while the ghost is small, a
    // standstill behind somebody who reads all of a large one.
    constexpr std::uint64_t kSmall = 200'000;
    const bool waits = !connection.server().analyzes_without_flush();
    if (connection.server().mariadb() || (waits && rows > kSmall)) {
        next_ = never;
        return;
    }
    next_ = 2 * rows;
    const auto refused = [&](const std::string& why) {
        log::warn("the new table's statistics cannot be kept: {}; the run goes on, it may be slow",
                  why);
        next_ = never;
    };
    try {
        const auto answer =
            connection.query("ANALYZE NO_WRITE_TO_BINLOG TABLE " + sql::quote(ghost_));
        for (const auto& row : answer) {  // Table, Op, Msg_type, Msg_text
            if (row[2] != "status" && row[2] != "note") return refused(row.text(3));
        }
    } catch (const mysql::Error& error) {
        if (error.kind() == mysql::ErrorKind::kLost || error.retryable()) throw;
        refused(error.what());
    }
}

}  // namespace wisp::migrator
