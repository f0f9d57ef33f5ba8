// SPDX-License-Identifier: Apache-2.0
#include "binlog/decimal.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace wisp::binlog {

namespace {

/// Nine digits go into four bytes; the digits left over into as many as they need.
constexpr unsigned kGroupDigits = 9;
constexpr std::size_t kGroupBytes = 4;
constexpr std::array<std::size_t, kGroupDigits + 1> kBytesOfDigits{0, 1, 1, 2, 2, 3, 3, 4, 4, 4};
constexpr std::array<std::uint64_t, kGroupDigits + 1> kPowers{
    1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

/// The digits of one number, in groups; leading zeros are left out while `leading` is true.
class DigitWriter {
  public:
    DigitWriter(ByteReader& groups, ShortText& out) : groups_(groups), out_(out) {}
    void group(unsigned digits) {
        if (digits == 0) return;
        const std::uint64_t value = groups_.be(kBytesOfDigits[digits]);
        if (value >= kPowers[digits]) groups_.fail();
        if (leading_ && value == 0) return;
        while (leading_ && value < kPowers[digits - 1]) --digits;
        leading_ = false;
        out_.append_digits(value, digits);
    }
    /// The whole part is over: an empty one is 0, and from here on zeros count.
    void point(unsigned scale) {
        if (leading_) out_.append('0');
        if (scale > 0) out_.append('.');
        leading_ = false;
    }

  private:
    ByteReader& groups_;
    ShortText& out_;
    bool leading_ = true;
};

}  // namespace

bool decimal_format_is_sound(unsigned precision, unsigned scale) {
    return precision >= 1 && precision <= kDecimalMaxPrecision && scale <= precision;
}

std::size_t decimal_size(unsigned precision, unsigned scale) {
    const unsigned whole = precision - scale;
    return (whole / kGroupDigits + scale / kGroupDigits) * kGroupBytes +
           kBytesOfDigits[whole % kGroupDigits] + kBytesOfDigits[scale % kGroupDigits];
}

ShortText decimal_digits(ByteReader& in, unsigned precision, unsigned scale) {
    ShortText out;
    if (!decimal_format_is_sound(precision, scale)) in.fail();
    const Bytes packed = in.ok() ? in.take(decimal_size(precision, scale)) : Bytes{};
    if (packed.empty()) return out;
    // The first bit is set for positive numbers; negative ones have all bits complemented.
    const bool negative = (packed[0] & 0x80U) == 0;
    std::array<std::uint8_t, 64> plain{};
    std::transform(packed.begin(), packed.end(), plain.begin(), [&](std::uint8_t byte) {
        return static_cast<std::uint8_t>(negative ? ~byte : byte);
    });
    plain[0] &= 0x7fU;

    ByteReader groups(Bytes(plain).first(packed.size()));
    if (negative) out.append('-');
    DigitWriter digits(groups, out);
    const unsigned whole = precision - scale;
    digits.group(whole % kGroupDigits);
    for (unsigned i = 0; i < whole / kGroupDigits; ++i) digits.group(kGroupDigits);
    digits.point(scale);
    for (unsigned i = 0; i < scale / kGroupDigits; ++i) digits.group(kGroupDigits);
    digits.group(scale % kGroupDigits);
    if (!groups.ok()) in.fail();
    return out;
}

std::string decimal_text(ByteReader& in, unsigned precision, unsigned scale) {
    return std::string(decimal_digits(in, precision, scale).view());
}

}  // namespace wisp::binlog
