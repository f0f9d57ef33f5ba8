// SPDX-License-Identifier: Apache-2.0
// QUERY events: schema and text, and what the text means to the group it stands in. Transaction
// control is written by the server in few forms; everything else is a statement for the caller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/expected.h"
#include "binlog/byte_reader.h"
#include "binlog/change.h"

namespace wisp::binlog {

enum class Control : std::uint8_t {
    kNone,  // a statement: DDL, DML in statement format, administration
    kBegin,
    kCommit,
    kRollback,
    kSavepoint,
    kRollbackTo,
    kRelease,
    kXaStart,
    kXaEnd,
    kXaPrepare,
    kXaCommit,
    kXaCommitOnePhase,
    kXaRollback,
    /// CREATE TABLE … START TRANSACTION: a statement, and the group goes on until XID
    /// (MySQL 8.0.21, CREATE TABLE … SELECT).
    kCreateAndBegin,
};

struct Meaning {
    Control control = Control::kNone;
    std::string name;  // savepoint unquoted, or xid in the form of Xid::text()
};

[[nodiscard]] Meaning meaning_of(std::string_view text);

/// Body of QUERY; `compressed`: MariaDB's QUERY_COMPRESSED.
[[nodiscard]] Expected<Statement> parse_query(Bytes body, std::size_t fixed_size, bool compressed);
/// Body of EXECUTE_LOAD_QUERY: LOAD DATA in statement format.
[[nodiscard]] Expected<Statement> parse_load_query(Bytes body, std::size_t fixed_size);

/// "X'6162',X'',1": how the decoder names an XA transaction, from binary or from any SQL spelling.
[[nodiscard]] std::string xid_text(std::string_view gtrid, std::string_view bqual,
                                   std::uint32_t format_id);

struct PreparedXid {
    std::string name;
    bool one_phase = false;  // XA COMMIT … ONE PHASE: prepared and committed at once
};
/// Body of XA_PREPARE.
[[nodiscard]] Expected<PreparedXid> parse_xa_prepare(Bytes body);

}  // namespace wisp::binlog
