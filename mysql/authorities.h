// SPDX-License-Identifier: Apache-2.0
//
// Keeps the client library from reading the machine's list of certificate authorities for a login
// that verifies no certificate. Used by login.cpp only.
#pragma once

namespace wisp::mysql {

/// While one lives, TLS contexts that this thread makes do not read the default list of
/// authorities. Connector/C (3.3, libmariadb/secure/openssl.c, ma_tls_set_certs) loads it for every
/// connection without a CA of its own, verified or not: some 140 certificates, 20 ms of CPU, where
/// the rest of a login is 2 ms; and a run makes a dozen connections.
class WithoutAuthorities {
  public:
    explicit WithoutAuthorities(bool without);
    WithoutAuthorities(const WithoutAuthorities&) = delete;
    WithoutAuthorities& operator=(const WithoutAuthorities&) = delete;
    ~WithoutAuthorities();
};

}  // namespace wisp::mysql
