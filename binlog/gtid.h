// SPDX-License-Identifier: Apache-2.0
// GTIDs as the events that open a group carry them, as text. From raw bytes to Gtid.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/expected.h"
#include "binlog/byte_reader.h"

namespace wisp::binlog {

struct Gtid {
    std::string text;         // "uuid:7", "uuid:tag:7", "0-1-7"; empty for an anonymous one
    bool standalone = false;  // MariaDB: a group of one statement, no COMMIT follows
};

/// Body of GTID (33).
[[nodiscard]] Expected<Gtid> parse_gtid(Bytes body);
/// Body of GTID_TAGGED (42).
[[nodiscard]] Expected<Gtid> parse_gtid_tagged(Bytes body);
/// Body of MARIADB_GTID (162); the server id is in the event's header.
[[nodiscard]] Expected<Gtid> parse_mariadb_gtid(Bytes body, std::uint32_t server_id);

/// True if a MariaDB list of GTIDs has this one's domain and server at its number or a later one.
[[nodiscard]] bool list_holds(std::string_view list, std::string_view gtid);

/// 16 bytes as 8-4-4-4-12 hexadecimal digits.
[[nodiscard]] std::string uuid_digits(Bytes bytes);

}  // namespace wisp::binlog
