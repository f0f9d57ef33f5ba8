// SPDX-License-Identifier: Apache-2.0
// What the decoder hands downstream: whole transactions with the row changes of watched tables.
// Row images stay raw bytes until somebody needs a value (value_decoder.h): of a row that is
// changed ten thousand times in one batch only the last image is ever decoded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "binlog/position.h"
#include "binlog/table_map.h"

namespace wisp::binlog {

enum class ChangeKind : std::uint8_t { kInsert, kUpdate, kDelete };

/// What the session that wrote the rows had switched off. MySQL: libs/mysql/binlog/event/
/// rows_event.h Rows_event::enum_flag (9.x); MariaDB: sql/log_event.h enum_flag (10.11).
inline constexpr std::uint16_t kFlagNoForeignKeyChecks = 2;
inline constexpr std::uint16_t kFlagNoUniqueChecks = 4;

/// The body of one rows event: owns the bytes that its images point into.
struct RowsBlock {
    std::shared_ptr<const TableMap> table;
    std::vector<std::uint8_t> bytes;   // rows part, decompressed, without checksum
    std::uint16_t flags = 0;           // kFlagNoForeignKeyChecks, kFlagNoUniqueChecks
    std::vector<bool> present_before;  // by table column; for inserts unused
    std::vector<bool> present_after;   // by table column; for deletes unused
    /// PARTIAL_UPDATE_ROWS: JSON columns of after images may hold differences (json_diff.h).
    bool json_diffs = false;
};

/// Null bitmap and values of one row as logged; bytes belong to the RowsBlock.
struct RowImage {
    std::span<const std::uint8_t> bytes;
};

struct Change {
    ChangeKind kind = ChangeKind::kInsert;
    std::shared_ptr<const RowsBlock> block;
    RowImage before;  // update, delete
    RowImage after;   // insert, update
};

/// A statement found in the binlog where rows were expected: DDL, or DML in statement format.
struct Statement {
    std::string schema;  // default schema of the session
    std::string text;
};

class RowStore;

/// One committed group. XA: rows of XA PREPARE are held by the decoder and appear here when XA
/// COMMIT arrives; XA ROLLBACK drops them.
struct Transaction {
    Position start;                     // first byte of the group
    Position end;                       // first byte after the group: where a reconnect starts
    std::string gtid;                   // "uuid:7", "uuid:tag:7", "0-1-7"; empty without GTIDs
    std::uint32_t began = 0;            // seconds, of the first event after the GTID
    std::uint32_t timestamp = 0;        // seconds, of the commit event
    std::vector<Change> changes;        // of watched tables only, in log order
    std::vector<Statement> statements;  // all but transaction control, in log order
    /// xid text of an XA COMMIT whose XA PREPARE lies before the start of the stream; else empty.
    std::string unseen_xa;
    /// xid text of the XA COMMIT that brought these changes; else empty.
    std::string decided_xa;
    /// Start of the oldest XA transaction that is prepared and not decided at `end`: who begins to
    /// read behind it would not know its rows. Empty if there is none.
    Position undecided_from;
    std::size_t bytes = 0;  // memory held by changes, for the queue's bound
    /// The changes, where the decoder was given a RowStore for them; `changes` is empty then.
    std::shared_ptr<RowStore> stored;
};

}  // namespace wisp::binlog
