// SPDX-License-Identifier: Apache-2.0
// Input: one event as it comes, header and checksum included.
#include "binlog/event_type.h"
#include "binlog/format_description.h"
#include "binlog/header.h"
#include "tests/fuzz/fuzz_input.h"

using namespace wisp::binlog;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes event(data, size);
    static_cast<void>(checksum_matches(event));
    const auto header = parse_header(event);
    if (!header) return 0;
    static_cast<void>(event_name(header->type));
    const auto format = parse_format_description(event);
    if (format) static_cast<void>(format->fixed_size(header->type, 0));
    return 0;
}
