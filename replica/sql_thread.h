// SPDX-License-Identifier: Apache-2.0
// The SQL thread of a replica (MySQL: applier): stopped, started, run until a point of its source's
// binlog. Each call returns once the server shows that it is so. The receiver (I/O) thread is left
// alone. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>

#include "mysql/replica.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::replica {

/// A place in the source's binlog, as mysql::binlog_status() of the source gives it. File and
/// offset may lie a few transactions behind the GTID set: it is one of the two that counts
/// (goes_by_gtids).
using Point = mysql::BinlogStatus;

/// True if a point means its GTID set for this replica: the first transactions of the binlog that
/// are in it. Else it means file and offset.
[[nodiscard]] bool goes_by_gtids(const mysql::Connection& replica,
                                 const mysql::ReplicaStatus& status, const Point& point);

/// The statement that starts, or stops, the SQL thread, for this server and for people.
[[nodiscard]] std::string start_sql_thread(mysql::Connection& replica);
[[nodiscard]] std::string stop_sql_thread(mysql::Connection& replica);

/// Returns when the SQL thread is stopped, between two transactions. Throws Problem if it does not
/// stop within `limit` (a long transaction that cannot be rolled back), mysql::Error.
void stop(mysql::Connection& replica, std::chrono::milliseconds limit = std::chrono::seconds(60));

/// Returns when it runs. Throws Problem if it has stopped again by itself, with its error.
void start(mysql::Connection& replica, std::chrono::milliseconds limit = std::chrono::seconds(60));

/// Starts the stopped SQL thread, to stop by itself at `point`. MySQL goes by the GTID set where
/// the replica does (SQL_AFTER_GTIDS), else by file and position, as MariaDB always does: its UNTIL
/// master_gtid_pos would need the receiver to be stopped as well (error 1254, seen on 10.11).
void run_until(mysql::Connection& replica, const Point& point);

/// What is waited for after run_until().
enum class Reached : std::uint8_t { kYes, kNotYet, kFailed };
/// Has the SQL thread come to `point` and stopped there, with nothing behind it applied? Stops it
/// where it stands there and waits for more. kFailed: it stopped before the point, or is beyond it;
/// look at the status.
[[nodiscard]] Reached reached(mysql::Connection& replica, const Point& point);

/// True if the replica has applied everything up to `point`; it may be further on.
[[nodiscard]] bool has_applied(mysql::Connection& replica, const Point& point);

/// What the replica has of its primary's transactions behind `point`, as GTIDs; empty: nothing, so
/// it stands exactly there or before. By GTIDs only: without them reached() has told. Throws
/// mysql::Error.
[[nodiscard]] std::string beyond(mysql::Connection& replica, mysql::Connection& primary,
                                 const Point& point);

/// Closes the gaps that a parallel applier without commit order has left at its stop
/// (SQL_AFTER_MTS_GAPS); the SQL thread is stopped before and after. Nothing to do on MariaDB,
/// which keeps order within a domain, and where one worker applies. False: `limit` or stop came.
[[nodiscard]] bool close_gaps(mysql::Connection& replica, std::chrono::milliseconds limit,
                              const std::stop_token& stop);

}  // namespace wisp::replica
