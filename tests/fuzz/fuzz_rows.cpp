// SPDX-License-Identifier: Apache-2.0
// Input: a TABLE_MAP's body (its length first, in two bytes), the event's type, the event's body.
#include <array>

#include "binlog/rows_event.h"
#include "binlog/value_decoder.h"
#include "tests/fuzz/fuzz_input.h"

using namespace wisp::binlog;

namespace {

void decode(const std::vector<Change>& changes, std::span<const ColumnHint> hints) {
    DecodedRow row;
    for (const auto& change : changes) {
        if (change.kind != ChangeKind::kInsert)
            static_cast<void>(decode_before(change, hints, kAllColumns, row));
        if (change.kind != ChangeKind::kDelete)
            static_cast<void>(decode_after(change, hints, kAllColumns, row));
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto [map_body, rest] = wisp::fuzz::split({data, size});
    auto map = parse_table_map(map_body, 8);
    if (!map || rest.empty()) return 0;
    const auto type = static_cast<EventType>(rest[0]);
    if (!is_rows_event(type)) return 0;
    const auto table = std::make_shared<const TableMap>(std::move(*map));
    // Old temporal columns have no digits in the log: any hint must be safe.
    for (const std::uint8_t digits : std::array<std::uint8_t, 3>{0, 3, 6}) {
        const std::vector<ColumnHint> hints(table->columns.size(), ColumnHint{true, digits});
        std::vector<Change> changes;
        const Bytes body = rest.subspan(1);
        static_cast<void>(parse_rows_head(body, 8));
        static_cast<void>(parse_rows(type, body, 8, table, hints, changes));
        decode(changes, hints);
    }
    return 0;
}
