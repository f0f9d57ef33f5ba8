// SPDX-License-Identifier: Apache-2.0
// TableShape: what must be known of a table to write its rows as SQL, made once for each definition
// met in the log: from the log's own metadata, from a live server's catalogue, or from both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "binlog/column_hint.h"
#include "binlog/table_map.h"
#include "sql/table_def.h"

namespace wisp::extract {

enum class Form : std::uint8_t {
    kPlain,     // numbers, dates, JSON: as the value says
    kUtf8,      // text that can be shown
    kText,      // text in another character set: shown if it is ASCII
    kWideText,  // text in a set where ASCII bytes mean something else: never shown
    kBinary,    // shown if it is ASCII
    kOpaque,    // geometry, vectors
    kEnum,
    kSet,
    kUuid,
    kInet4,
    kInet6,
};

struct ColumnShape {
    std::string name;        // quoted
    std::string assignment;  // "`name` = "
    Form form = Form::kPlain;
    std::string charset;               // for kText and kWideText
    std::size_t width = 0;             // BINARY(n): zero bytes that the log leaves out are put back
    std::vector<std::string> members;  // ENUM, SET: SQL literals; empty: ordinals are written
    bool decimal = false;              // written without quotes
    bool generated = false;            // never written
    bool may_change_itself = false;    // TIMESTAMP, DATETIME: maybe ON UPDATE CURRENT_TIMESTAMP
};

struct TableShape {
    std::string name;  // quoted, with its schema
    std::vector<ColumnShape> columns;
    std::vector<std::size_t> enums;  // columns of that type
    std::vector<std::size_t> key;    // a unique key without NULLs; empty: none is known
    std::vector<binlog::ColumnHint> hints;
    bool named_by_catalogue = false;  // the log does not name the columns
};

/// A table in the catalogue of a live server; nullopt: there is none. May throw mysql::Error.
using Catalogue = std::function<std::optional<sql::Table>(const sql::TableName&)>;

/// Throws std::runtime_error, saying what to do, where names cannot be known.
[[nodiscard]] TableShape shape_of(const binlog::TableMap& map, const Catalogue& catalogue);

}  // namespace wisp::extract
