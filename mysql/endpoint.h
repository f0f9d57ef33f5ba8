// SPDX-License-Identifier: Apache-2.0
// Endpoint: how to reach one server. Plain data.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace wisp::mysql {

enum class TlsMode : std::uint8_t {
    kDisabled,   // plain text
    kPreferred,  // TLS if the server offers it, unverified (the default)
    kRequired,   // TLS or no connection at all; certificate not verified
    kVerify,     // TLS, certificate chain and host name verified
};

struct Endpoint {
    std::string host = "127.0.0.1";
    std::uint16_t port = 3306;
    std::string socket;  // unix socket path; wins over host and port when not empty
    std::string user;
    std::string password;
    TlsMode tls = TlsMode::kPreferred;
    std::string tls_ca;  // PEM files, empty = none
    std::string tls_cert;
    std::string tls_key;
    std::chrono::seconds connect_timeout{10};
    std::chrono::seconds io_timeout{0};  // each read and write; 0 = no limit

    /// "host:port" or the socket path; never the password.
    [[nodiscard]] std::string label() const;
};

}  // namespace wisp::mysql
