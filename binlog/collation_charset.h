// SPDX-License-Identifier: Apache-2.0
// The character set of a collation id, as TABLE_MAP metadata names collations.
#pragma once

#include <cstdint>
#include <string_view>

namespace wisp::binlog {

/// "utf8mb4", "binary", …; empty for an id that no server known to us has.
[[nodiscard]] std::string_view charset_of_collation(std::uint64_t id);

}  // namespace wisp::binlog
