// SPDX-License-Identifier: Apache-2.0
#include "mysql/endpoint.h"

#include <fmt/format.h>

namespace wisp::mysql {

std::string Endpoint::label() const {
    if (!socket.empty()) return socket;
    const bool ipv6 = host.find(':') != std::string::npos;
    return ipv6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

}  // namespace wisp::mysql
