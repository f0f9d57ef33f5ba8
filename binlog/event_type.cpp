// SPDX-License-Identifier: Apache-2.0
#include "binlog/event_type.h"

#include <array>
#include <string_view>
#include <utility>

namespace wisp::binlog {

namespace {

using Named = std::pair<EventType, std::string_view>;

constexpr std::array kNames{
    Named{EventType::kStartV3, "START_V3"},
    Named{EventType::kQuery, "QUERY"},
    Named{EventType::kStop, "STOP"},
    Named{EventType::kRotate, "ROTATE"},
    Named{EventType::kIntvar, "INTVAR"},
    Named{EventType::kAppendBlock, "APPEND_BLOCK"},
    Named{EventType::kDeleteFile, "DELETE_FILE"},
    Named{EventType::kRand, "RAND"},
    Named{EventType::kUserVar, "USER_VAR"},
    Named{EventType::kFormatDescription, "FORMAT_DESCRIPTION"},
    Named{EventType::kXid, "XID"},
    Named{EventType::kBeginLoadQuery, "BEGIN_LOAD_QUERY"},
    Named{EventType::kExecuteLoadQuery, "EXECUTE_LOAD_QUERY"},
    Named{EventType::kTableMap, "TABLE_MAP"},
    Named{EventType::kWriteRowsV1, "WRITE_ROWS_V1"},
    Named{EventType::kUpdateRowsV1, "UPDATE_ROWS_V1"},
    Named{EventType::kDeleteRowsV1, "DELETE_ROWS_V1"},
    Named{EventType::kIncident, "INCIDENT"},
    Named{EventType::kHeartbeat, "HEARTBEAT"},
    Named{EventType::kIgnorable, "IGNORABLE"},
    Named{EventType::kRowsQuery, "ROWS_QUERY"},
    Named{EventType::kWriteRows, "WRITE_ROWS"},
    Named{EventType::kUpdateRows, "UPDATE_ROWS"},
    Named{EventType::kDeleteRows, "DELETE_ROWS"},
    Named{EventType::kGtid, "GTID"},
    Named{EventType::kAnonymousGtid, "ANONYMOUS_GTID"},
    Named{EventType::kPreviousGtids, "PREVIOUS_GTIDS"},
    Named{EventType::kTransactionContext, "TRANSACTION_CONTEXT"},
    Named{EventType::kViewChange, "VIEW_CHANGE"},
    Named{EventType::kXaPrepare, "XA_PREPARE"},
    Named{EventType::kPartialUpdateRows, "PARTIAL_UPDATE_ROWS"},
    Named{EventType::kTransactionPayload, "TRANSACTION_PAYLOAD"},
    Named{EventType::kHeartbeatV2, "HEARTBEAT_V2"},
    Named{EventType::kGtidTagged, "GTID_TAGGED"},
    Named{EventType::kAnnotateRows, "ANNOTATE_ROWS"},
    Named{EventType::kBinlogCheckpoint, "BINLOG_CHECKPOINT"},
    Named{EventType::kMariadbGtid, "MARIADB_GTID"},
    Named{EventType::kMariadbGtidList, "GTID_LIST"},
    Named{EventType::kStartEncryption, "START_ENCRYPTION"},
    Named{EventType::kQueryCompressed, "QUERY_COMPRESSED"},
    Named{EventType::kWriteRowsCompressedV1, "WRITE_ROWS_COMPRESSED_V1"},
    Named{EventType::kUpdateRowsCompressedV1, "UPDATE_ROWS_COMPRESSED_V1"},
    Named{EventType::kDeleteRowsCompressedV1, "DELETE_ROWS_COMPRESSED_V1"},
    Named{EventType::kWriteRowsCompressed, "WRITE_ROWS_COMPRESSED"},
    Named{EventType::kUpdateRowsCompressed, "UPDATE_ROWS_COMPRESSED"},
    Named{EventType::kDeleteRowsCompressed, "DELETE_ROWS_COMPRESSED"},
    Named{EventType::kPartialRowData, "PARTIAL_ROW_DATA"},
};

}  // namespace

std::string event_name(EventType type) {
    for (const auto& [known, name] : kNames)
        if (known == type) return std::string(name);
    return "event type " + std::to_string(static_cast<unsigned>(type));
}

bool is_statement_context(EventType type) {
    return type == EventType::kIntvar || type == EventType::kRand || type == EventType::kUserVar ||
           type == EventType::kBeginLoadQuery || type == EventType::kAppendBlock;
}

bool holds_no_rows(EventType type) {
    switch (type) {
        case EventType::kStop:
        case EventType::kDeleteFile:
        case EventType::kHeartbeat:
        case EventType::kHeartbeatV2:
        case EventType::kIgnorable:
        case EventType::kRowsQuery:
        case EventType::kPreviousGtids:
        case EventType::kTransactionContext:
        case EventType::kViewChange:
        case EventType::kAnnotateRows:
        case EventType::kBinlogCheckpoint:
        case EventType::kMariadbGtidList:
        case EventType::kStartEncryption:  // in a stream: the server decrypts; see file_source
            return true;
        default:
            return is_statement_context(type);
    }
}

}  // namespace wisp::binlog
