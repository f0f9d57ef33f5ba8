// SPDX-License-Identifier: Apache-2.0
#include "mysql/authorities.h"

#include <dlfcn.h>

namespace {

thread_local bool skipped = false;

}  // namespace

struct ssl_ctx_st;

/// Stands before OpenSSL's function of this name (SSL_CTX_load_verify_locations(3)): the client
/// library has no option for it, and the environment (SSL_CERT_FILE) is that of all threads and of
/// the hooks. 1 is success.
extern "C" __attribute__((visibility("default"))) int SSL_CTX_set_default_verify_paths(
    ssl_ctx_st* context) {
    if (skipped) return 1;
    using Function = int (*)(ssl_ctx_st*);
    static const auto kOpenSsl =
        reinterpret_cast<Function>(dlsym(RTLD_NEXT, "SSL_CTX_set_default_verify_paths"));
    return kOpenSsl == nullptr ? 0 : kOpenSsl(context);
}

namespace wisp::mysql {

WithoutAuthorities::WithoutAuthorities(bool without) {
    skipped = without;
}

WithoutAuthorities::~WithoutAuthorities() {
    skipped = false;
}

}  // namespace wisp::mysql
