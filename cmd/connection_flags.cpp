// SPDX-License-Identifier: Apache-2.0
#include "cmd/connection_flags.h"

#include <cmath>
#include <cstdlib>

#include "cmd/flag_words.h"
#include "throttle/address.h"

namespace wisp::cmd {

void add_connection_flags(boost::program_options::options_description& group,
                          ConnectionFlags& flags, const std::string& what_host) {
    auto& endpoint = flags.endpoint;
    group.add_options()("host", value(&endpoint.host, "HOST"), what_host.c_str())(
        "port", value(&endpoint.port, "PORT"), "its port (3306)")(
        "socket", value(&endpoint.socket, "PATH"), "its unix socket, instead of host and port")(
        "user", value(&endpoint.user, "USER"), "account to connect with")(
        "password", value(&endpoint.password, "TEXT"),
        "its password; better in the environment as WISP_PASSWORD, where ps does not show it")(
        "mysql-timeout", value(&flags.connect_timeout, "SECONDS"),
        "seconds to wait for a connection (10)")(
        "ssl", flag(&flags.ssl), "insist on TLS and verify the server's certificate")(
        "ssl-ca", value(&endpoint.tls_ca, "FILE"), "CA certificate, PEM")(
        "ssl-cert", value(&endpoint.tls_cert, "FILE"), "client certificate, PEM")(
        "ssl-key", value(&endpoint.tls_key, "FILE"), "client key, PEM")(
        "ssl-allow-insecure", flag(&flags.ssl_allow_insecure),
        "TLS without verifying the certificate");
}

Expected<mysql::Endpoint> endpoint_of(const ConnectionFlags& flags) {
    mysql::Endpoint endpoint = flags.endpoint;
    endpoint.connect_timeout = std::chrono::seconds(std::llround(std::ceil(flags.connect_timeout)));
    const char* password = std::getenv("WISP_PASSWORD");
    if (endpoint.password.empty() && password != nullptr) endpoint.password = password;
    const bool ssl_detail = !endpoint.tls_ca.empty() || !endpoint.tls_cert.empty() ||
                            !endpoint.tls_key.empty() || flags.ssl_allow_insecure;
    if (ssl_detail && !flags.ssl) {
        return Unexpected("--ssl-ca, --ssl-cert, --ssl-key and --ssl-allow-insecure need --ssl");
    }
    if (flags.ssl) {
        endpoint.tls =
            flags.ssl_allow_insecure ? mysql::TlsMode::kRequired : mysql::TlsMode::kVerify;
    }
    return endpoint;
}

Expected<std::vector<mysql::Endpoint>> replicas_of(const mysql::Endpoint& primary,
                                                   const std::string& text) {
    const auto addresses = throttle::parse_addresses(text);
    if (!addresses) return Unexpected("--replica: " + addresses.error());
    if (addresses->empty()) return Unexpected("--replica is missing: HOST[:PORT],… of replicas");
    std::vector<mysql::Endpoint> replicas;
    for (const auto& address : *addresses) replicas.push_back(throttle::at(primary, address));
    return replicas;
}

}  // namespace wisp::cmd
