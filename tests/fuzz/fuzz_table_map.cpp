// SPDX-License-Identifier: Apache-2.0
// Input: the body of a TABLE_MAP event, then bytes of a row: the length of the first in two bytes.
#include "binlog/table_map.h"
#include "tests/fuzz/fuzz_input.h"

using namespace wisp::binlog;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t kFixedSize = 8;
    const auto [body, row] = wisp::fuzz::split({data, size});
    static_cast<void>(parse_table_map_name(body, kFixedSize));
    const auto map = parse_table_map(body, kFixedSize);
    if (!map) return 0;
    for (const auto& column : map->columns)
        static_cast<void>(value_size(column, {}, ByteReader(row)));
    return 0;
}
