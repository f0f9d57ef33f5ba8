// SPDX-License-Identifier: Apache-2.0
// Packed DECIMAL, as in rows and in binary JSON, to exact text.
// MySQL: strings/decimal.cc bin2decimal (9.x); MariaDB: strings/decimal.c (10.11).
#pragma once

#include <cstddef>
#include <string>

#include "binlog/byte_reader.h"
#include "binlog/short_text.h"

namespace wisp::binlog {

/// Columns have at most 65 digits; in binary JSON the whole part counts in full groups of nine.
inline constexpr unsigned kDecimalMaxPrecision = 81;

[[nodiscard]] bool decimal_format_is_sound(unsigned precision, unsigned scale);
/// Bytes of a packed DECIMAL(precision, scale).
[[nodiscard]] std::size_t decimal_size(unsigned precision, unsigned scale);
/// "-12.30"; `in` fails if digits are no digits.
[[nodiscard]] ShortText decimal_digits(ByteReader& in, unsigned precision, unsigned scale);
[[nodiscard]] std::string decimal_text(ByteReader& in, unsigned precision, unsigned scale);

}  // namespace wisp::binlog
