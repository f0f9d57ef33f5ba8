// SPDX-License-Identifier: Apache-2.0
// Where passwords and other settings come from besides the command line: option files, password
// files, the terminal.
#pragma once

#include <map>
#include <string>

#include "base/expected.h"

namespace wisp::cmd {

/// What an option file of the my.cnf kind says under [client] and [osc], as "client.user"; of a
/// name that is there twice the last one counts. `#` and `;` begin comments, values may stand in
/// quotes, `${NAME}` is the environment's value, "-" and "_" in names are the same. Fails with the
/// line that is wrong.
[[nodiscard]] Expected<std::map<std::string, std::string>> read_option_file(
    const std::string& path);

/// The first line of a file; fails if there is none. `flag` is for the message.
[[nodiscard]] Expected<std::string> read_secret_file(const std::string& path,
                                                     const std::string& flag);

/// Asks on the terminal without showing what is typed; without a terminal, a line of stdin.
[[nodiscard]] Expected<std::string> ask_password();

/// Makes a secret that was typed as an argument unreadable in the process list: the value of each
/// of these flags is overwritten in place.
void hide_arguments(int count, char** words);

}  // namespace wisp::cmd
