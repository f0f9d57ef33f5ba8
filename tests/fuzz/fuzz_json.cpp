// SPDX-License-Identifier: Apache-2.0
// Input: 0 and a binary JSON document, or 1 and the differences of one.
#include "binlog/json_binary.h"
#include "binlog/json_diff.h"
#include "tests/fuzz/fuzz_input.h"

using namespace wisp::binlog;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto [choice, bytes] = wisp::fuzz::choose({data, size});
    if (choice == 0) static_cast<void>(json_expression(bytes));
    if (choice == 1) static_cast<void>(with_json_diffs("j", bytes));
    return 0;
}
