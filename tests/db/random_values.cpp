// SPDX-License-Identifier: Apache-2.0
#include "tests/db/random_values.h"

#include <array>
#include <bit>
#include <cmath>

#include <fmt/format.h>

namespace wisp::test {
namespace {

std::string hex(const std::string& bytes) {
    std::string out = "X'";
    for (const char c : bytes) out += fmt::format("{:02X}", static_cast<unsigned char>(c));
    return out + '\'';
}

void append_utf8(std::string& out, unsigned code) {
    const auto put = [&](unsigned byte) { out += static_cast<char>(byte); };
    if (code < 0x80) return put(code);
    if (code < 0x800) return put(0xc0U | code >> 6U), put(0x80U | (code & 63U));
    if (code < 0x10000)
        return put(0xe0U | code >> 12U), put(0x80U | (code >> 6U & 63U)), put(0x80U | (code & 63U));
    put(0xf0U | code >> 18U), put(0x80U | (code >> 12U & 63U));
    put(0x80U | (code >> 6U & 63U)), put(0x80U | (code & 63U));
}

}  // namespace

std::string RandomValues::digits(std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += static_cast<char>('0' + below(10));
    return out;
}

std::string RandomValues::integer(unsigned bytes) {
    const auto spare = 64 - 8 * bytes;
    return std::to_string(static_cast<std::int64_t>(random_()) >> spare >> below(8 * bytes));
}

std::string RandomValues::unsigned_integer(unsigned bits) {
    return std::to_string(random_() >> (64 - bits) >> below(bits));
}

std::string RandomValues::decimal(unsigned precision, unsigned scale) {
    const std::string sign = one_in(2) ? "-" : "";
    const std::string whole = digits(below(precision - scale + 1));
    return sign + (whole.empty() ? "0" : whole) + (scale == 0 ? "" : "." + digits(scale));
}

std::string RandomValues::float_number() {
    for (;;) {
        const auto number = std::bit_cast<float>(static_cast<std::uint32_t>(random_()));
        if (std::isnormal(number)) return fmt::format("{:.9e}", number);
    }
}

std::string RandomValues::double_number() {
    for (;;) {
        const auto number = std::bit_cast<double>(random_());
        if (std::isnormal(number)) return fmt::format("{:.17e}", number);
    }
}

std::string RandomValues::date() {
    const std::uint64_t month = below(13);
    const std::uint64_t day = month == 0 ? 0 : below(29);
    return fmt::format("'{:04}-{:02}-{:02}'", one_in(9) ? 0 : 1000 + below(9000), month, day);
}

std::string RandomValues::clock(unsigned digits_) {
    return fmt::format("{:02}:{:02}:{:02}{}", below(24), below(60), below(60),
                       digits_ == 0 ? "" : "." + digits(digits_));
}

std::string RandomValues::time(unsigned digits_) {
    return fmt::format("'{}{}:{:02}:{:02}{}'", one_in(2) ? "-" : "", below(838), below(60),
                       below(60), digits_ == 0 ? "" : "." + digits(digits_));
}

std::string RandomValues::datetime(unsigned digits_) {
    std::string text = date();
    text.pop_back();
    return text + ' ' + clock(digits_) + '\'';
}

std::string RandomValues::timestamp(unsigned digits_) {
    return fmt::format("'{:04}-{:02}-{:02} {}'", 1971 + below(66), 1 + below(12), 1 + below(28),
                       clock(digits_));
}

std::string RandomValues::bytes(std::size_t most) {
    std::string out;
    for (std::uint64_t left = below(most + 1); left > 0; --left)
        out += static_cast<char>(below(256));
    for (std::uint64_t left = out.size() < most ? below(std::min<std::size_t>(3, most - out.size()))
                                                : 0;
         left > 0; --left)
        out += one_in(2) ? '\0' : ' ';
    return hex(out);
}

std::string RandomValues::text(const std::string& charset, std::size_t most) {
    static constexpr std::array<std::array<unsigned, 2>, 8> kRanges{{{0, 0x7f},
                                                                     {0x20, 0x7e},
                                                                     {0xa0, 0xff},
                                                                     {0x100, 0x24f},
                                                                     {0x370, 0x5ff},
                                                                     {0x3040, 0x30ff},
                                                                     {0x4e00, 0x9fff},
                                                                     {0x10000, 0x1ffff}}};
    std::string out;
    for (std::uint64_t left = below(most + 1); left > 0; --left) {
        const auto& [first, last] = kRanges[below(kRanges.size())];
        append_utf8(out, static_cast<unsigned>(first + below(last - first + 1)));
    }
    return fmt::format("CONVERT(_utf8mb4 {} USING {})", hex(out), charset);
}

std::string RandomValues::geometry() {
    const auto point = [&] {
        return fmt::format("{} {}", static_cast<double>(below(1'000'000)) / 997.0,
                           -static_cast<double>(below(1'000'000)) / 991.0);
    };
    switch (below(4)) {
        case 0:
            return fmt::format("ST_GeomFromText('POINT({})', {})", point(), below(2) * 3857);
        case 1:
            return fmt::format("ST_GeomFromText('LINESTRING({},{})')", point(), point());
        case 2:
            return fmt::format("ST_GeomFromText('POLYGON((0 0,0 {0},{0} {0},0 0))')",
                               1 + below(1000));
        default:
            return fmt::format("ST_GeomFromText('GEOMETRYCOLLECTION(POINT({}),POINT({}))')",
                               point(), point());
    }
}

std::string RandomValues::json_text(unsigned depth) {
    switch (below(depth > 3 ? 7 : 9)) {
        case 0:
            return integer(8);
        case 1:
            return unsigned_integer(64);
        case 2:
            return double_number();
        case 3:
            return std::array{"true", "false", "null"}[below(3)];
        case 4:
            return integer(2);
        case 5:
        case 6:
            return fmt::format(R"("é{}\\u{:04x}")", std::string(below(300), 'x'), below(0xd000));
        case 7: {
            std::string list;
            for (auto left = below(6); left > 0; --left)
                list += json_text(depth + 1) + (left > 1 ? "," : "");
            return '[' + list + ']';
        }
        default: {
            std::string members;
            for (auto left = below(6); left > 0; --left)
                members += fmt::format(R"("k{}":{}{})", below(1000), json_text(depth + 1),
                                       left > 1 ? "," : "");
            return '{' + members + '}';
        }
    }
}

std::string RandomValues::json() {
    const std::string document = "CAST('" + json_text(0) + "' AS JSON)";
    switch (below(4)) {
        case 0:
            return fmt::format("JSON_ARRAY({}, CAST({} AS DECIMAL(30,10)), CAST({} AS TIME(6)))",
                               document, decimal(30, 10), time(6));
        case 1:
            return fmt::format("JSON_OBJECT('d', CAST({} AS DATETIME(6)), 'b', {}, 'x', {})",
                               datetime(6), bytes(40), document);
        default:
            return document;
    }
}

}  // namespace wisp::test
