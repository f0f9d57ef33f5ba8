// SPDX-License-Identifier: Apache-2.0
// MySQL: sql-common/my_time.cc my_timestamp_from_binary, my_datetime_packed_from_binary,
// my_time_packed_from_binary, TIME_from_longlong_*_packed (9.x); MariaDB: sql/compat56.cc (10.11),
// for the old types with a fraction sql/field.cc Field_timestamp_hires, Field_datetime_hires,
// Field_time_hires.
#include "binlog/temporal.h"

#include <array>
#include <chrono>

namespace wisp::binlog {

namespace {

constexpr unsigned kMaxDigits = 6;
constexpr std::array<std::uint64_t, kMaxDigits + 1> kPowers{1,      10,      100,      1'000,
                                                            10'000, 100'000, 1'000'000};

struct Clock {
    std::uint64_t hour = 0;
    std::uint64_t minute = 0;
    std::uint64_t second = 0;
    std::uint64_t micros = 0;
};

struct Date {
    std::uint64_t year = 0;
    std::uint64_t month = 0;
    std::uint64_t day = 0;
};

void append(ShortText& out, const Date& date) {
    // No server stores a year beyond 9999; what damaged bytes say must not look like one.
    out.append_digits(date.year, date.year > 9999 ? 6 : 4);
    out.append('-');
    out.append_digits(date.month, 2);
    out.append('-');
    out.append_digits(date.day, 2);
}

void append(ShortText& out, const Clock& clock, unsigned digits) {
    out.append_digits(clock.hour, clock.hour > 99 ? 3 : 2);
    out.append(':');
    out.append_digits(clock.minute, 2);
    out.append(':');
    out.append_digits(clock.second, 2);
    if (digits == 0) return;
    out.append('.');
    out.append_digits(clock.micros / kPowers[kMaxDigits - digits], digits);
}

ShortText text_of(const Date& date, const Clock& clock, unsigned digits) {
    ShortText out;
    append(out, date);
    out.append(' ');
    append(out, clock, digits);
    return out;
}

/// Stored fractions count in units of 10^-2, 10^-4, 10^-6 s by their number of bytes.
std::uint64_t micros_of(std::uint64_t fraction, std::size_t size) {
    return fraction * kPowers[kMaxDigits - 2 * size];
}

/// 5 bits hour and up, 6 minute, 6 second.
Clock clock_of(std::uint64_t bits, std::uint64_t micros) {
    return {bits >> 12U, bits >> 6U & 63U, bits & 63U, micros};
}

/// 17 bits year * 13 + month, 5 day, 5 hour, 6 minute, 6 second.
ShortText datetime_of_bits(std::uint64_t bits, std::uint64_t micros, unsigned digits) {
    const std::uint64_t day = bits >> 17U;
    const std::uint64_t month = day >> 5U;
    return text_of(Date{month / 13, month % 13, day & 31U}, clock_of(bits & 0x1ffffU, micros),
                   digits);
}

ShortText time_of(bool negative, const Clock& clock, unsigned digits) {
    ShortText out;
    if (negative) out.append('-');
    append(out, clock, digits);
    return out;
}

ShortText utc_text(std::uint32_t seconds, std::uint64_t micros, unsigned digits) {
    if (seconds == 0 && micros == 0) return text_of(Date{}, Clock{}, digits);
    constexpr std::uint32_t kDay = 86'400;
    const std::chrono::year_month_day date{
        std::chrono::sys_days{std::chrono::days{seconds / kDay}}};
    const std::uint32_t time = seconds % kDay;
    return text_of(Date{static_cast<std::uint64_t>(int{date.year()}), unsigned{date.month()},
                        unsigned{date.day()}},
                   Clock{time / 3600, time / 60 % 60, time % 60, micros}, digits);
}

}  // namespace

ShortText timestamp_text(ByteReader& in, unsigned digits) {
    const auto seconds = static_cast<std::uint32_t>(in.be(4));
    const auto size = fraction_size(digits);
    return utc_text(seconds, micros_of(in.be(size), size), digits);
}

ShortText datetime_text(ByteReader& in, unsigned digits) {
    constexpr std::uint64_t kOffset = 0x8000000000;
    const std::uint64_t stored = in.be(5);
    const auto size = fraction_size(digits);
    const std::uint64_t fraction = in.be(size);
    if (stored < kOffset) in.fail();
    if (!in.ok()) return {};
    return datetime_of_bits(stored - kOffset, micros_of(fraction, size), digits);
}

// Whole part and fraction are one number: -00:00:00.5 is the offset minus a half.
ShortText time_text(ByteReader& in, unsigned digits) {
    const auto size = fraction_size(digits);
    const auto shift = 8 * size;
    const auto offset = std::int64_t{0x800000} << shift;
    const std::int64_t number = static_cast<std::int64_t>(in.be(3 + size)) - offset;
    const auto magnitude = static_cast<std::uint64_t>(number < 0 ? -number : number);
    const std::uint64_t fraction = magnitude & ((std::uint64_t{1} << shift) - 1);
    return time_of(number < 0, clock_of(magnitude >> shift, micros_of(fraction, size)), digits);
}

// 15 bits year, 4 month, 5 day; little-endian.
ShortText date_text(ByteReader& in) {
    const std::uint64_t bits = in.le(3);
    ShortText out;
    append(out, Date{bits >> 9U, bits >> 5U & 15U, bits & 31U});
    return out;
}

std::size_t old_timestamp_size(unsigned digits) {
    return 4 + (digits + 1) / 2;
}

std::size_t old_datetime_size(unsigned digits) {
    constexpr std::array<std::size_t, kMaxDigits + 1> kSizes{8, 6, 6, 7, 7, 7, 8};
    return digits > kMaxDigits ? 0 : kSizes[digits];
}

std::size_t old_time_size(unsigned digits) {
    constexpr std::array<std::size_t, kMaxDigits + 1> kSizes{3, 4, 4, 5, 5, 5, 6};
    return digits > kMaxDigits ? 0 : kSizes[digits];
}

ShortText old_timestamp_text(ByteReader& in, unsigned digits) {
    if (digits > kMaxDigits) in.fail();
    const auto seconds = static_cast<std::uint32_t>(digits == 0 ? in.le(4) : in.be(4));
    const std::uint64_t fraction = in.be((digits + 1) / 2);
    return in.ok() ? utc_text(seconds, fraction * kPowers[kMaxDigits - digits], digits)
                   : ShortText{};
}

// Without fraction: the decimal digits YYYYMMDDhhmmss. With: big-endian, in units of 10^-digits s,
// ((((year * 13 + month) * 32 + day) * 24 + hour) * 60 + minute) * 60 + second.
ShortText old_datetime_text(ByteReader& in, unsigned digits) {
    if (digits == 0) {
        const std::uint64_t n = in.le(8);
        return text_of(Date{n / 10'000'000'000, n / 100'000'000 % 100, n / 1'000'000 % 100},
                       Clock{n / 10'000 % 100, n / 100 % 100, n % 100, 0}, 0);
    }
    if (digits > kMaxDigits) in.fail();
    if (!in.ok()) return {};
    std::uint64_t n = in.be(old_datetime_size(digits));
    const std::uint64_t micros = n % kPowers[digits] * kPowers[kMaxDigits - digits];
    n /= kPowers[digits];
    const Clock clock{n / 3600 % 24, n / 60 % 60, n % 60, micros};
    n /= 86'400;
    return text_of(Date{n / 32 / 13, n / 32 % 13, n % 32}, clock, digits);
}

// Without fraction: the decimal digits hhmmss, signed. With: big-endian, in units of 10^-digits s,
// moved up by 838:59:59 + 1 s.
ShortText old_time_text(ByteReader& in, unsigned digits) {
    if (digits == 0) {
        const auto stored = static_cast<std::uint32_t>(in.le(3));
        const auto number = static_cast<std::int32_t>(stored << 8U) >> 8;
        const auto n = static_cast<std::uint64_t>(number < 0 ? -number : number);
        return time_of(number < 0, Clock{n / 10'000, n / 100 % 100, n % 100, 0}, 0);
    }
    if (digits > kMaxDigits) in.fail();
    if (!in.ok()) return {};
    constexpr std::int64_t kZeroPoint = 838 * 3600 + 59 * 60 + 59 + 1;
    const auto unit = static_cast<std::int64_t>(kPowers[digits]);
    const std::int64_t number =
        static_cast<std::int64_t>(in.be(old_time_size(digits))) - kZeroPoint * unit;
    const auto n = static_cast<std::uint64_t>(number < 0 ? -number : number);
    const std::uint64_t seconds = n / kPowers[digits];
    const std::uint64_t micros = n % kPowers[digits] * kPowers[kMaxDigits - digits];
    return time_of(number < 0, Clock{seconds / 3600, seconds / 60 % 60, seconds % 60, micros},
                   digits);
}

std::string packed_datetime_text(std::int64_t packed) {
    const auto bits = static_cast<std::uint64_t>(packed);
    return std::string(datetime_of_bits(bits >> 24U, bits & 0xffffffU, kMaxDigits).view());
}

std::string packed_date_text(std::int64_t packed) {
    return packed_datetime_text(packed).substr(0, 10);
}

std::string packed_time_text(std::int64_t packed) {
    const auto magnitude =
        packed < 0 ? ~static_cast<std::uint64_t>(packed) + 1 : static_cast<std::uint64_t>(packed);
    return std::string(
        time_of(packed < 0, clock_of(magnitude >> 24U, magnitude & 0xffffffU), kMaxDigits).view());
}

}  // namespace wisp::binlog
