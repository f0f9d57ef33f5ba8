// SPDX-License-Identifier: Apache-2.0
// The sessions of a server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wisp::mysql {

class Connection;

/// A session as SHOW PROCESSLIST names it.
struct Process {
    std::uint64_t id = 0;
    std::string user;
    std::string host;     // "name-or-address:port", "localhost" for a unix socket
    std::string command;  // "Query", "Sleep", "Binlog Dump" …
    std::string state;    // "Waiting for table metadata lock" …; empty if the server names none
    std::string info;     // the first 100 characters of its statement
};

/// All sessions the account may see: those of every user with the right PROCESS, else its own.
/// Never by information_schema.PROCESSLIST: MySQL 9.7 fails to read that (error 3854, measured)
/// while any session runs a statement with a character that utf8mb3 has not, as an emoji.
[[nodiscard]] std::vector<Process> process_list(Connection& connection);

/// One of them; nullopt if there is none with that id.
[[nodiscard]] std::optional<Process> find_process(Connection& connection, std::uint64_t id);

}  // namespace wisp::mysql
