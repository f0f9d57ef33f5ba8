// SPDX-License-Identifier: Apache-2.0
#include "mysql/login.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <mutex>
#include <new>

#include "base/check.h"
#include "mysql/authorities.h"
#include "mysql/native.h"

namespace wisp::mysql {
namespace {

#if DB_CLIENT_MARIADB
using Flag = my_bool;
#else
using Flag = bool;
#endif

const char* null_if_empty(const std::string& text) {
    return text.empty() ? nullptr : text.c_str();
}

// A unix socket needs no TLS to be private; "preferred" does without, as Oracle's client does.
TlsMode effective_tls(const Endpoint& endpoint) {
    const bool local = !endpoint.socket.empty();
    return local && endpoint.tls == TlsMode::kPreferred ? TlsMode::kDisabled : endpoint.tls;
}

void set_common_options(st_mysql* handle, const Endpoint& endpoint) {
    const auto seconds = [](std::chrono::seconds time) {
        return static_cast<unsigned>(
            std::clamp<std::int64_t>(time.count(), 0, std::numeric_limits<int>::max() / 1000));
    };
    const unsigned connect_timeout = std::max(1U, seconds(endpoint.connect_timeout));
    mysql_options(handle, MYSQL_OPT_CONNECT_TIMEOUT, &connect_timeout);
    if (const unsigned io_timeout = seconds(endpoint.io_timeout); io_timeout > 0) {
        mysql_options(handle, MYSQL_OPT_READ_TIMEOUT, &io_timeout);
        mysql_options(handle, MYSQL_OPT_WRITE_TIMEOUT, &io_timeout);
    }
    // The name "localhost" would silently mean the default unix socket otherwise.
    const unsigned protocol = endpoint.socket.empty() ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
    mysql_options(handle, MYSQL_OPT_PROTOCOL, &protocol);
    // A row or event may be as large as the protocol allows; the server's limit is what counts.
    const unsigned long max_packet = 1UL << 30;
    mysql_options(handle, MYSQL_OPT_MAX_ALLOWED_PACKET, &max_packet);
    const unsigned no_files = 0;  // the server may not ask for our files
    mysql_options(handle, MYSQL_OPT_LOCAL_INFILE, &no_files);
    mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    mysql_options4(handle, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "wisp");
}

void set_certificates(st_mysql* handle, const Endpoint& endpoint, TlsMode mode) {
    if (mode == TlsMode::kDisabled) return;
    // Connector/C 3.3 checks the chain as soon as it has a CA, 3.4 does not: only kVerify gives it.
    if (mode == TlsMode::kVerify && !endpoint.tls_ca.empty()) {
        mysql_options(handle, MYSQL_OPT_SSL_CA, endpoint.tls_ca.c_str());
    }
    if (!endpoint.tls_cert.empty()) {
        mysql_options(handle, MYSQL_OPT_SSL_CERT, endpoint.tls_cert.c_str());
    }
    if (!endpoint.tls_key.empty()) {
        mysql_options(handle, MYSQL_OPT_SSL_KEY, endpoint.tls_key.c_str());
    }
}

// The password itself may cross the wire only when the server has proved who it is.
void set_security_options(st_mysql* handle, TlsMode mode) {
    const bool verified = mode == TlsMode::kVerify;
#if DB_CLIENT_MARIADB
    // Both flags in every mode: their defaults differ between 3.3 and 3.4. "Enforced" TLS still
    // falls back to plain text when the server has none, see log_in().
    const Flag use_tls = mode != TlsMode::kDisabled ? 1 : 0;
    const Flag verify = verified ? 1 : 0;
    mysql_options(handle, MYSQL_OPT_SSL_ENFORCE, &use_tls);
    mysql_options(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
    // Connector/C has no switch for the cleartext plugin (nor for PAM's dialog): it is kept out by
    // a list of what is let in.
    if (!verified) {
        mysql_options(handle, MARIADB_OPT_RESTRICTED_AUTH,
                      "mysql_native_password,caching_sha2_password,sha256_password,"
                      "client_ed25519,parsec,auth_gssapi_client");
    }
#else
    const unsigned ssl_mode = mode == TlsMode::kDisabled    ? SSL_MODE_DISABLED
                              : mode == TlsMode::kPreferred ? SSL_MODE_PREFERRED
                              : mode == TlsMode::kRequired  ? SSL_MODE_REQUIRED
                                                            : SSL_MODE_VERIFY_IDENTITY;
    mysql_options(handle, MYSQL_OPT_SSL_MODE, &ssl_mode);
    // caching_sha2_password without TLS needs the server's RSA key. Connector/C fetches it unasked.
    const Flag fetch_key = mode == TlsMode::kDisabled || mode == TlsMode::kPreferred;
    mysql_options(handle, MYSQL_OPT_GET_SERVER_PUBLIC_KEY, &fetch_key);
    const Flag cleartext = verified;
    mysql_options(handle, MYSQL_ENABLE_CLEARTEXT_PLUGIN, &cleartext);
#endif
#ifdef WISP_CLIENT_PLUGIN_DIR
    mysql_options(handle, MYSQL_PLUGIN_DIR, WISP_CLIENT_PLUGIN_DIR);
#endif
}

Error login_error(st_mysql* handle, const std::string& doing, Where where) {
    const std::string_view text = mysql_error(handle);
    unsigned code = mysql_errno(handle);
    // A server that is shut down in the middle of the handshake has refused nothing.
    const bool ended = text.find("unexpected eof") != std::string_view::npos;
    if (code == CR_SSL_CONNECTION_ERROR && ended) code = CR_SERVER_LOST;
    return {code, mysql_sqlstate(handle), std::string(text), doing, where};
}

// The library's part of the calling thread.
struct LibraryThread {
    LibraryThread() {
        static std::once_flag once;
        std::call_once(once, [] {
            WISP_CHECK(mysql_library_init(0, nullptr, nullptr) == 0,
                       "the MySQL client library cannot start");
        });
        mysql_thread_init();
    }
    LibraryThread(const LibraryThread&) = delete;
    LibraryThread& operator=(const LibraryThread&) = delete;
    ~LibraryThread() { mysql_thread_end(); }
};

}  // namespace

void enter_library() {
    thread_local const LibraryThread kThread;
}

void CloseHandle::operator()(st_mysql* handle) const {
    mysql_close(handle);
}

int socket_of(st_mysql* handle) {
#if DB_CLIENT_MARIADB
    return mysql_get_socket(handle);
#else
    return handle->net.fd;
#endif
}

std::string cipher_of(st_mysql* handle) {
    const char* cipher = mysql_get_ssl_cipher(handle);
    return cipher == nullptr ? "" : cipher;
}

Handle log_in(const Endpoint& endpoint, Where where) {
    enter_library();
    Handle handle(mysql_init(nullptr));
    if (handle == nullptr) throw std::bad_alloc();
    const TlsMode mode = effective_tls(endpoint);
    set_common_options(handle.get(), endpoint);
    set_certificates(handle.get(), endpoint, mode);
    set_security_options(handle.get(), mode);

    const std::string doing = fmt::format("connect to {} as '{}'", endpoint.label(), endpoint.user);
    const bool local = !endpoint.socket.empty();
    const WithoutAuthorities without(mode != TlsMode::kVerify);
    // No flags: CLIENT_FOUND_ROWS would count matched rows as affected, multi-statements stay off.
    if (mysql_real_connect(handle.get(), local ? nullptr : endpoint.host.c_str(),
                           endpoint.user.c_str(), endpoint.password.c_str(), nullptr, endpoint.port,
                           null_if_empty(endpoint.socket), 0) == nullptr) {
        throw login_error(handle.get(), doing, where);
    }
    const bool must_be_private = mode == TlsMode::kRequired || mode == TlsMode::kVerify;
    if (must_be_private && cipher_of(handle.get()).empty()) {
        // Connector/C 3.3 gets here when the server has no TLS. The login has been sent by now, but
        // scrambled: set_security_options() lets no plugin send the password as it is.
        throw Error(CR_SSL_CONNECTION_ERROR, "HY000",
                    "TLS is required, but the server does not offer it", doing, where);
    }
    // Hooks are child processes: they are not to inherit the session.
    if (const int fd = socket_of(handle.get()); fd >= 0) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    return handle;
}

}  // namespace wisp::mysql
