// SPDX-License-Identifier: Apache-2.0
// Input: 0 and the body of a TRANSACTION_PAYLOAD, 1 and the compressed part of a MariaDB event, or
// 2 and a value of a COMPRESSED column.
#include "binlog/unpack.h"
#include "tests/fuzz/fuzz_input.h"

using namespace wisp::binlog;

namespace {

void unpack(Bytes body) {
    auto payload = PayloadReader::open(body);
    if (!payload) return;
    // Zeros compress a thousand times: what a few bytes unpack to is not worth more of our time.
    std::size_t left = std::size_t{1} << 20U;
    for (auto event = payload->next(); event && !event->empty(); event = payload->next()) {
        if (event->size() > left) return;
        left -= event->size();
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto [choice, bytes] = wisp::fuzz::choose({data, size});
    if (choice == 0) unpack(bytes);
    if (choice == 1) static_cast<void>(inflate_event_part(bytes));
    if (choice == 2) static_cast<void>(inflate_column(bytes, 0xffffff));
    return 0;
}
