// SPDX-License-Identifier: Apache-2.0
// Dates and times of all storage formats to the text the server reads back. Zero and partial dates
// are kept: '0000-00-00', '2020-00-00'. TIMESTAMP becomes UTC text, its zero '0000-00-00 00:00:00'.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "binlog/byte_reader.h"
#include "binlog/short_text.h"

namespace wisp::binlog {

/// Bytes of the fraction of the types of MySQL 5.6 and later: two digits each.
[[nodiscard]] constexpr std::size_t fraction_size(unsigned digits) {
    return (digits + 1) / 2;
}

// The types of MySQL 5.6, MariaDB 10.1 and later. `digits` after the second, 0 to 6.
[[nodiscard]] ShortText timestamp_text(ByteReader& in, unsigned digits);
[[nodiscard]] ShortText datetime_text(ByteReader& in, unsigned digits);
[[nodiscard]] ShortText time_text(ByteReader& in, unsigned digits);
[[nodiscard]] ShortText date_text(ByteReader& in);

// The types before; with digits > 0 MariaDB's of mysql56_temporal_format=OFF.
[[nodiscard]] std::size_t old_timestamp_size(unsigned digits);
[[nodiscard]] std::size_t old_datetime_size(unsigned digits);
[[nodiscard]] std::size_t old_time_size(unsigned digits);
[[nodiscard]] ShortText old_timestamp_text(ByteReader& in, unsigned digits);
[[nodiscard]] ShortText old_datetime_text(ByteReader& in, unsigned digits);
[[nodiscard]] ShortText old_time_text(ByteReader& in, unsigned digits);

// The 64-bit form of binary JSON: seconds part << 24 | microseconds, signed for TIME.
[[nodiscard]] std::string packed_datetime_text(std::int64_t packed);
[[nodiscard]] std::string packed_date_text(std::int64_t packed);
[[nodiscard]] std::string packed_time_text(std::int64_t packed);

}  // namespace wisp::binlog
