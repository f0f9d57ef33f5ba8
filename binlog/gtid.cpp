// SPDX-License-Identifier: Apache-2.0
#include "binlog/gtid.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <iterator>
#include <utility>

#include <fmt/compile.h>
#include <fmt/format.h>

namespace wisp::binlog {

namespace {

/// MySQL's variable-length integer: as many one bits at the low end of the first byte as bytes
/// follow it. libs/mysql/serialization/variable_length_integers.h (9.x)
std::uint64_t read_variable(ByteReader& in) {
    const std::uint8_t lead = in.u8();
    const auto more = static_cast<unsigned>(std::countr_one(lead));
    if (more == 8) return in.le(8);
    const std::uint64_t tail = more == 0 ? 0 : in.le(more);
    const std::uint64_t low = lead >> (more + 1U);
    return tail << (7U - more) | low;
}

/// The sign is the lowest bit; a negative number is stored complemented.
std::int64_t read_variable_signed(ByteReader& in) {
    const std::uint64_t raw = read_variable(in);
    const auto magnitude = static_cast<std::int64_t>(raw >> 1U);
    return (raw & 1U) != 0 ? ~magnitude : magnitude;
}

/// "1-2-77" -> "1-2-" and 77.
std::pair<std::string_view, std::uint64_t> split_sequence(std::string_view gtid) {
    const auto digits = std::min(gtid.rfind('-'), gtid.size() - 1) + 1;
    std::uint64_t sequence = 0;
    std::from_chars(gtid.data() + digits, gtid.data() + gtid.size(), sequence);
    return {gtid.substr(0, digits), sequence};
}

}  // namespace

bool list_holds(std::string_view list, std::string_view gtid) {
    const auto [stem, sequence] = split_sequence(gtid);
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        const auto [other_stem, other] = split_sequence(list.substr(0, comma));
        if (other_stem == stem && other >= sequence) return true;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

std::string uuid_digits(Bytes bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(64);  // with a number behind it
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += kDigits[bytes[i] >> 4U];
        text += kDigits[bytes[i] & 15U];
    }
    return text;
}

// MySQL: libs/mysql/binlog/event/control_events.cpp Gtid_event (5.6 to 9.x): flags, SID, GNO first.
Expected<Gtid> parse_gtid(Bytes body) {
    ByteReader in(body);
    in.skip(1);
    const Bytes sid = in.take(16);
    const std::uint64_t number = in.u64();
    if (!in.ok()) return Unexpected(std::string("a GTID event is too short"));
    Gtid gtid{uuid_digits(sid), false};
    fmt::format_to(std::back_inserter(gtid.text), FMT_COMPILE(":{}"), number);
    return gtid;
}

// MySQL: libs/mysql/binlog/event/control_events.h Gtid_event::define_fields (8.3 to 9.x). A message
// of the serialization library: version, size, last field that may not be ignored, then fields as
// id and value: 0 flags, 1 uuid (16 numbers), 2 gno, 3 tag (length and text); the rest we leave.
Expected<Gtid> parse_gtid_tagged(Bytes body) {
    ByteReader in(body);
    read_variable(in);  // version of the format
    read_variable(in);  // size of the message
    read_variable(in);  // last field that must be known
    std::array<std::uint8_t, 16> uuid{};
    std::int64_t number = 0;
    std::string_view tag;
    for (std::uint64_t field = 0; field <= 3; ++field) {
        if (read_variable(in) != field) in.fail();
        if (field == 0) read_variable(in);
        if (field == 1)
            for (auto& byte : uuid) byte = static_cast<std::uint8_t>(read_variable(in));
        if (field == 2) number = read_variable_signed(in);
        if (field == 3) tag = in.text(read_variable(in));
    }
    if (!in.ok()) return Unexpected(std::string("a GTID_TAGGED event is malformed"));
    if (tag.empty()) return Gtid{fmt::format("{}:{}", uuid_digits(uuid), number), false};
    return Gtid{fmt::format("{}:{}:{}", uuid_digits(uuid), tag, number), false};
}

// MariaDB: sql/log_event.cc Gtid_log_event (10.11, 11.8): seq_no 8, domain 4, flags 1, then by
// flags a commit id or an xid, which we do not need: the XA_PREPARE and XA COMMIT events name it.
Expected<Gtid> parse_mariadb_gtid(Bytes body, std::uint32_t server_id) {
    constexpr std::uint8_t kStandalone = 1;
    ByteReader in(body);
    const std::uint64_t sequence = in.u64();
    const std::uint32_t domain = in.u32();
    const std::uint8_t flags = in.u8();
    if (!in.ok()) return Unexpected(std::string("a MARIADB_GTID event is too short"));
    return Gtid{fmt::format(FMT_COMPILE("{}-{}-{}"), domain, server_id, sequence),
                (flags & kStandalone) != 0};
}

}  // namespace wisp::binlog
