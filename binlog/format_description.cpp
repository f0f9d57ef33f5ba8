// SPDX-License-Identifier: Apache-2.0
#include "binlog/format_description.h"

#include <fmt/format.h>

#include "binlog/header.h"

namespace wisp::binlog {

std::size_t FormatDescription::fixed_size(EventType type, std::size_t otherwise) const {
    const auto code = static_cast<std::size_t>(type);
    return code == 0 || code > fixed_sizes.size() ? otherwise : fixed_sizes[code - 1];
}

namespace {

/// While a file is written its first event says so in a flag, which the checksum leaves out: a copy
/// of the active file, and what a crash left, have it set. MySQL: libs/mysql/binlog/event/
/// binlog_event.cpp Log_event_footer::event_checksum_test (9.x); MariaDB: sql/log_event.cc (10.11).
bool format_checksum_matches(Bytes event) {
    constexpr std::size_t kFlagsOffset = 17;
    constexpr std::uint8_t kInUse = 1;  // LOG_EVENT_BINLOG_IN_USE_F
    std::vector<std::uint8_t> closed(event.begin(), event.end());
    closed[kFlagsOffset] &= static_cast<std::uint8_t>(~kInUse);
    return checksum_matches(closed);
}

}  // namespace

// MySQL: libs/mysql/binlog/event/control_events.cpp Format_description_event (9.x); MariaDB:
// sql/log_event.cc Format_description_log_event (10.11). Both end in the algorithm byte and four
// bytes of checksum even when the algorithm is 0 (none). Servers before 5.6 / 5.3 had neither.
Expected<FormatDescription> parse_format_description(Bytes event) {
    constexpr std::size_t kTrailer = 1 + kChecksumSize;
    if (const auto header = parse_header(event); !header) return Unexpected(header.error());
    ByteReader in(event);
    in.skip(kHeaderSize);
    const auto version = in.u16();
    const auto server = in.text(50);
    FormatDescription format;
    format.created = in.u32();
    const auto header_size = in.u8();
    if (!in.ok() || in.remaining() < kTrailer)
        return Unexpected(std::string("a FORMAT_DESCRIPTION event is too short"));
    if (version != 4 || header_size != kHeaderSize)
        return Unexpected(fmt::format(
            "binlog format {} with {}-byte headers is not supported: servers before MySQL 5.6 and "
            "MariaDB 10.0 cannot be read",
            version, header_size));
    format.server_version = server.substr(0, server.find('\0'));
    const Bytes sizes = in.take(in.remaining() - kTrailer);
    format.fixed_sizes.assign(sizes.begin(), sizes.end());
    const auto algorithm = in.u8();
    if (algorithm > 1)
        return Unexpected(
            fmt::format("the binlog of {} uses checksum algorithm {}, which is not known: set "
                        "binlog_checksum=CRC32 on the server and rotate its log",
                        format.server_version, algorithm));
    format.checksums = algorithm == 1;
    if (format.checksums && !format_checksum_matches(event))
        return Unexpected(std::string("the checksum of a FORMAT_DESCRIPTION event is wrong"));
    return format;
}

}  // namespace wisp::binlog
