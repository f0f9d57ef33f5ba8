// SPDX-License-Identifier: Apache-2.0
// Variable: a server's global variables, which one server has and another has not.
#pragma once

#include <string>

namespace wisp::mysql {

class Connection;

/// The global variable in upper case; empty if the server does not know it. Throws Error.
[[nodiscard]] std::string global_variable(Connection& connection, const std::string& name);

/// Switches read as 1 and 0 on MySQL, as ON and OFF on MariaDB; one that is not known is neither.
[[nodiscard]] bool is_on(const std::string& value);
[[nodiscard]] bool is_off(const std::string& value);

}  // namespace wisp::mysql
