// SPDX-License-Identifier: Apache-2.0
// Reads the file by which script/servers says how to connect.
#pragma once

#include <string>

#include "mysql/endpoint.h"

namespace wisp::load {

/// Fills endpoint from the lines WISP_<ROLE>_HOST, _PORT, _SOCKET, WISP_USER and WISP_PASSWORD.
/// Throws std::runtime_error if the file cannot be read or has no such server.
[[nodiscard]] mysql::Endpoint endpoint_from_env_file(const std::string& path,
                                                     const std::string& role);

}  // namespace wisp::load
