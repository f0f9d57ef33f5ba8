// SPDX-License-Identifier: Apache-2.0
// MySQL's @@GLOBAL.gtid_owned as a GTID set: what is in the binlog, or about to be, and not yet
// visible. Pure text; any thread.
#pragma once

#include <string>
#include <string_view>

namespace wisp::replica {

/// "uuid:7#12:8#13,uuid2:tag:3#4" (number # the thread that owns it) → "uuid:7:8,uuid2:tag:3".
/// MySQL: sql/rpl_gtid_owned.cc, Owned_gtids::to_string (9.x), which may leave out the comma.
[[nodiscard]] std::string owned_as_set(std::string_view owned);

}  // namespace wisp::replica
