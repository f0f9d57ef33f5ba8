// SPDX-License-Identifier: Apache-2.0
// Disks: free room on a server's disks, as far as it tells.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/expected.h"

namespace wisp::mysql {

class Connection;

struct FreeRoom {
    std::string mount;
    std::uint64_t bytes = 0;  // for accounts that are not root
};

/// The longest of `mounts` that holds the file; empty if none does.
[[nodiscard]] std::string mount_of(const std::vector<std::string>& mounts, const std::string& file);

/// The room where each of these files of the server lies; nullopt where it lists no disk for it.
/// Only MariaDB's plugin DISKS (information_schema.DISKS, in KiB) tells that by SQL. Fails with the
/// reason if this server does not tell; throws Error if the connection is lost.
[[nodiscard]] Expected<std::vector<std::optional<FreeRoom>>> free_rooms(
    Connection& connection, const std::vector<std::string>& files);

}  // namespace wisp::mysql
