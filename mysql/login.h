// SPDX-License-Identifier: Apache-2.0
// Login: from an Endpoint to a logged-in C handle, with the TLS mode enforced. The differences
// between the two client libraries in options and TLS live in login.cpp. Used by Connection only.
#pragma once

#include <memory>
#include <string>

#include "mysql/endpoint.h"
#include "mysql/where.h"

struct st_mysql;

namespace wisp::mysql {

struct CloseHandle {
    void operator()(st_mysql* handle) const;
};
using Handle = std::unique_ptr<st_mysql, CloseHandle>;

/// Blocks for at most about the connect timeout. Throws Error.
[[nodiscard]] Handle log_in(const Endpoint& endpoint, Where where);

/// The handle's socket; -1 if it has none.
[[nodiscard]] int socket_of(st_mysql* handle);

/// TLS cipher in use, empty without TLS.
[[nodiscard]] std::string cipher_of(st_mysql* handle);

}  // namespace wisp::mysql
