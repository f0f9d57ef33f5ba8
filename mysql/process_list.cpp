// SPDX-License-Identifier: Apache-2.0
#include "mysql/process_list.h"

#include <algorithm>

#include "mysql/connection.h"

namespace wisp::mysql {

std::vector<Process> process_list(Connection& connection) {
    // Id, User, Host, db, Command, Time, State, Info: in this order on every server.
    std::vector<Process> processes;
    for (const Row& row : connection.query("SHOW PROCESSLIST")) {
        processes.push_back(
            {row.number(0), row.text(1), row.text(2), row.text(4), row.text(6), row.text(7)});
    }
    return processes;
}

std::optional<Process> find_process(Connection& connection, std::uint64_t id) {
    const auto processes = process_list(connection);
    const auto found = std::ranges::find(processes, id, &Process::id);
    return found == processes.end() ? std::nullopt : std::optional(*found);
}

}  // namespace wisp::mysql
