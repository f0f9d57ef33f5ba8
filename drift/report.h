// SPDX-License-Identifier: Apache-2.0
// Report: what a comparison has found, as data, as text for people and as JSON. Plain data; the
// texts are pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sql/table_def.h"

namespace wisp::drift {

enum class RowKind : std::uint8_t {
    kDiffers,  // on both servers, not the same
    kMissing,  // on the primary only
    kExtra,    // on the replica only
};

struct RowDrift {
    RowKind kind = RowKind::kDiffers;
    std::vector<std::string> key;      // SQL literals, in the order of the key's columns
    std::vector<std::string> columns;  // kDiffers: their names
};

enum class Finding : std::uint8_t {
    kEqual,
    kDrifted,
    kUndecided,  // not comparable, or never stood still for long enough
};

/// One table on one replica.
struct TableFinding {
    sql::TableName table;
    std::string replica;  // host:port
    Finding finding = Finding::kEqual;
    std::vector<std::string> reasons;      // of kDrifted beyond rows, and of kUndecided
    std::vector<std::string> notes;        // differences that are no drift: indexes, comments
    std::vector<std::string> key_columns;  // that rows are named by
    std::vector<RowDrift> rows;
    bool more_rows = false;         // rows has as many as are to be named; there may be more
    std::uint64_t moving_rows = 0;  // kUndecided: differed whenever looked at, written each time
};

struct Report {
    std::string primary;
    std::vector<std::string> replicas;
    std::vector<TableFinding> tables;
    std::uint64_t rows_compared = 0;  // of the primary
    double seconds = 0;
    [[nodiscard]] Finding finding() const;
};

/// "(id=7) differs in a, b"; literals of text that cannot be shown stay hexadecimal.
[[nodiscard]] std::string row_text_for_people(const TableFinding& table, const RowDrift& row);
[[nodiscard]] std::string report_text(const Report& report);
[[nodiscard]] std::string report_json(const Report& report);

}  // namespace wisp::drift
