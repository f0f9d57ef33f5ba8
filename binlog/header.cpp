// SPDX-License-Identifier: Apache-2.0
#include "binlog/header.h"

#include <fmt/format.h>
#include <libdeflate.h>

namespace wisp::binlog {

Expected<EventHeader> parse_header(Bytes event) {
    ByteReader in(event);
    EventHeader header;
    header.timestamp = in.u32();
    header.type = static_cast<EventType>(in.u8());
    header.server_id = in.u32();
    header.size = in.u32();
    header.end_position = in.u32();
    header.flags = in.u16();
    if (!in.ok())
        return Unexpected(
            fmt::format("an event of {} bytes is shorter than its header", event.size()));
    if (header.size != event.size())
        return Unexpected(fmt::format("a {} event says it has {} bytes and came with {}",
                                      event_name(header.type), header.size, event.size()));
    return header;
}

bool checksum_matches(Bytes event) {
    if (event.size() < kHeaderSize + kChecksumSize) return false;
    const Bytes covered = event.first(event.size() - kChecksumSize);
    const auto computed = ::libdeflate_crc32(0, covered.data(), covered.size());
    return ByteReader(event.last(kChecksumSize)).u32() == computed;
}

}  // namespace wisp::binlog
