// SPDX-License-Identifier: Apache-2.0
// The flags that say how to reach a server, the same for every command.
#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "base/expected.h"
#include "mysql/endpoint.h"

namespace wisp::cmd {

/// As typed, before it becomes an endpoint.
struct ConnectionFlags {
    mysql::Endpoint endpoint;
    double connect_timeout = 10;  // seconds; 0: no limit
    bool ssl = false;
    bool ssl_allow_insecure = false;
};

/// `what_host` explains --host, which differs between commands.
void add_connection_flags(boost::program_options::options_description& group,
                          ConnectionFlags& flags, const std::string& what_host);
/// The endpoint, with the password from WISP_PASSWORD if none was given.
[[nodiscard]] Expected<mysql::Endpoint> endpoint_of(const ConnectionFlags& flags);
/// --replica=HOST[:PORT],…: each with the primary's account and TLS. Fails where there is none.
[[nodiscard]] Expected<std::vector<mysql::Endpoint>> replicas_of(const mysql::Endpoint& primary,
                                                                 const std::string& text);

}  // namespace wisp::cmd
