// SPDX-License-Identifier: Apache-2.0
// The binlog files that a server still has, and which of them a time lies in.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "binlog/position.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::binlog {

struct LogFile {
    std::string name;
    std::uint64_t bytes = 0;
};

/// Oldest first, never empty: throws std::runtime_error if the server writes no binlog.
[[nodiscard]] std::vector<LogFile> log_files(mysql::Connection& connection);
[[nodiscard]] Position log_end(mysql::Connection& connection);

/// When the server began a file, by its clock; 0 if it does not say. Reads the file's first events.
[[nodiscard]] std::int64_t begun_at(mysql::Connection& connection, const std::string& file);

/// The last file that was begun at `time` or before, or the oldest: what was committed later lies
/// in it or behind it. Looks at the first events of few files.
[[nodiscard]] std::string file_of_time(mysql::Connection& connection, std::int64_t time);

}  // namespace wisp::binlog
