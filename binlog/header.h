// SPDX-License-Identifier: Apache-2.0
// The 19 bytes that start every event, and the CRC32 that ends it. From raw bytes to EventHeader.
// MySQL: libs/mysql/binlog/event/binlog_event.h Log_event_header, Log_event_footer (9.x);
// MariaDB: sql/log_event.h LOG_EVENT_HEADER_LEN, sql/log_event.cc event_checksum_test (10.11).
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/expected.h"
#include "binlog/byte_reader.h"
#include "binlog/event_type.h"

namespace wisp::binlog {

inline constexpr std::size_t kHeaderSize = 19;
inline constexpr std::size_t kChecksumSize = 4;

/// LOG_EVENT_ARTIFICIAL_F: made by the dump thread, not in the file.
inline constexpr std::uint16_t kFlagArtificial = 0x20;
/// LOG_EVENT_IGNORABLE_F: a reader that does not know the type may skip it.
inline constexpr std::uint16_t kFlagIgnorable = 0x80;

struct EventHeader {
    std::uint32_t timestamp = 0;
    EventType type{};
    std::uint32_t server_id = 0;
    std::uint32_t size = 0;
    std::uint32_t end_position = 0;  // low 32 bits; 0 where the server does not say
    std::uint16_t flags = 0;
};

/// Fails if the bytes are fewer than a header or not as many as the header says.
[[nodiscard]] Expected<EventHeader> parse_header(Bytes event);

/// True if the last four bytes are the CRC32 (zlib's polynomial) of what stands before them.
[[nodiscard]] bool checksum_matches(Bytes event);

}  // namespace wisp::binlog
