// SPDX-License-Identifier: Apache-2.0
// Event type codes of both families, and their names for messages.
// MySQL: libs/mysql/binlog/event/binlog_event.h Log_event_type (9.x);
// MariaDB: sql/log_event.h enum Log_event_type (10.11, 11.8; 172: 12.3).
#pragma once

#include <cstdint>
#include <string>

namespace wisp::binlog {

enum class EventType : std::uint8_t {
    kStartV3 = 1,
    kQuery = 2,
    kStop = 3,
    kRotate = 4,
    kIntvar = 5,
    kAppendBlock = 9,
    kDeleteFile = 11,
    kRand = 13,
    kUserVar = 14,
    kFormatDescription = 15,
    kXid = 16,
    kBeginLoadQuery = 17,
    kExecuteLoadQuery = 18,
    kTableMap = 19,
    kWriteRowsV1 = 23,
    kUpdateRowsV1 = 24,
    kDeleteRowsV1 = 25,
    kIncident = 26,
    kHeartbeat = 27,
    kIgnorable = 28,
    kRowsQuery = 29,
    kWriteRows = 30,
    kUpdateRows = 31,
    kDeleteRows = 32,
    kGtid = 33,
    kAnonymousGtid = 34,
    kPreviousGtids = 35,
    kTransactionContext = 36,
    kViewChange = 37,
    kXaPrepare = 38,
    kPartialUpdateRows = 39,
    kTransactionPayload = 40,
    kHeartbeatV2 = 41,
    kGtidTagged = 42,
    kAnnotateRows = 160,
    kBinlogCheckpoint = 161,
    kMariadbGtid = 162,
    kMariadbGtidList = 163,
    kStartEncryption = 164,
    kQueryCompressed = 165,
    kWriteRowsCompressedV1 = 166,
    kUpdateRowsCompressedV1 = 167,
    kDeleteRowsCompressedV1 = 168,
    kWriteRowsCompressed = 169,
    kUpdateRowsCompressed = 170,
    kDeleteRowsCompressed = 171,
    kPartialRowData = 172,
};

/// "WRITE_ROWS"; "event type 77" for a code that is not known.
[[nodiscard]] std::string event_name(EventType type);

/// Events that stand before the statement they belong to, maybe outside any group (MySQL 5.6).
[[nodiscard]] bool is_statement_context(EventType type);
/// Events that can be skipped: they neither hold rows nor start or end a group.
[[nodiscard]] bool holds_no_rows(EventType type);

}  // namespace wisp::binlog
