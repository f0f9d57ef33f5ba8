// SPDX-License-Identifier: Apache-2.0
// Rows events: their head, and the split of their body into row images by walking column lengths.
// From the decoder's event bytes to Change; no value is decoded here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/expected.h"
#include "binlog/byte_reader.h"
#include "binlog/change.h"
#include "binlog/column_hint.h"
#include "binlog/event_type.h"

namespace wisp::binlog {

[[nodiscard]] bool is_rows_event(EventType type);

/// The first bytes of a rows event: whose rows, and whether the statement ends with it.
struct RowsHead {
    std::uint64_t table_id = 0;
    bool ends_statement = false;
    std::uint16_t flags = 0;
};

/// `fixed_size`: FormatDescription::fixed_size of the type; 6 means a 4-byte table id.
[[nodiscard]] Expected<RowsHead> parse_rows_head(Bytes body, std::size_t fixed_size);

/// Appends the changes of one rows event to `out` and returns the bytes they hold in memory. None
/// come of an event whose images hold no column (MySQL with MINIMAL, an INSERT of defaults only).
[[nodiscard]] Expected<std::size_t> parse_rows(EventType type, Bytes body, std::size_t fixed_size,
                                               std::shared_ptr<const TableMap> table,
                                               std::span<const ColumnHint> hints,
                                               std::vector<Change>& out);

}  // namespace wisp::binlog
