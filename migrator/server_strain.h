// SPDX-License-Identifier: Apache-2.0
// Server strain: counters of the server that tell whether it bears the copy. What an account may
// not read, or a server does not have, is left out.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace wisp::mysql {
class Connection;
}

namespace wisp::migrator {

struct ServerStrain {
    std::optional<std::uint64_t> history_length;  // transactions not yet purged
    std::optional<std::uint64_t> row_lock_waits;  // since the server's start
    std::optional<std::uint64_t> statements;      // the same, of all clients
    std::uint64_t our_statements = 0;             // since our start, when those were read
};

/// One look, some milliseconds. Throws mysql::Error only when the connection is lost.
[[nodiscard]] ServerStrain read_strain(mysql::Connection& connection);

}  // namespace wisp::migrator
