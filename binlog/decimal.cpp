// SPDX-License-Identifier: Apache-2.0
#include "binlog/decimal.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace wisp::binlog {

namespace {

/// Nine digits go into four bytes; the digits left over into as many as they need.
constexpr unsigned kGroupDigits = 9;
constexpr std::size_t kGroupBytes = 4;
constexpr std::array<std::size_t, kGroupDigits + 1> kBytesOfDigits{0, 1, 1, 2, 2, 3, 3, 4, 4, 4};
constexpr std::array<std::uint64_t, kGroupDigits + 1> kPowers{
    1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

/// Appends `digits` digits, leading zeros included.
void append_group(ByteReader& in, unsigned digits, std::string& out) {
    if (digits == 0) return;
    const std::uint64_t value = in.be(kBytesOfDigits[digits]);
    if (value >= kPowers[digits]) in.fail();
    out += fmt::format("{:0{}}", value, digits);
}

}  // namespace

bool decimal_format_is_sound(unsigned precision, unsigned scale) {
    return precision >= 1 && precision <= kDecimalMaxPrecision && scale <= precision;
}

std::size_t decimal_size(unsigned precision, unsigned scale) {
    const unsigned whole = precision - scale;
    return (whole / kGroupDigits + scale / kGroupDigits) * kGroupBytes +
           kBytesOfDigits[whole % kGroupDigits] + kBytesOfDigits[scale % kGroupDigits];
}

std::string decimal_text(ByteReader& in, unsigned precision, unsigned scale) {
    if (!decimal_format_is_sound(precision, scale)) in.fail();
    const Bytes packed = in.ok() ? in.take(decimal_size(precision, scale)) : Bytes{};
    if (packed.empty()) return {};
    // The first bit is set for positive numbers; negative ones have all bits complemented.
    const bool negative = (packed[0] & 0x80U) == 0;
    std::array<std::uint8_t, 64> plain{};
    std::transform(packed.begin(), packed.end(), plain.begin(), [&](std::uint8_t byte) {
        return static_cast<std::uint8_t>(negative ? ~byte : byte);
    });
    plain[0] &= 0x7fU;

    ByteReader groups(Bytes(plain).first(packed.size()));
    const unsigned whole = precision - scale;
    std::string digits;
    append_group(groups, whole % kGroupDigits, digits);
    for (unsigned i = 0; i < whole / kGroupDigits; ++i) append_group(groups, kGroupDigits, digits);
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    if (digits.empty()) digits = "0";
    if (scale > 0) digits += '.';
    for (unsigned i = 0; i < scale / kGroupDigits; ++i) append_group(groups, kGroupDigits, digits);
    append_group(groups, scale % kGroupDigits, digits);
    if (!groups.ok()) in.fail();
    return negative ? "-" + digits : digits;
}

}  // namespace wisp::binlog
