// SPDX-License-Identifier: Apache-2.0
// Logging in: TLS modes, certificates, passwords.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "mysql/connection.h"
#include "mysql/connector.h"
#include "tests/support/relay.h"
#include "tests/support/test_server.h"

namespace wisp::mysql {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class MysqlLogin : public test::ServerTest {
  protected:
    [[nodiscard]] Endpoint endpoint(TlsMode tls) const {
        Endpoint point = server().primary;
        point.tls = tls;
        return point;
    }
    /// The error of a login that must not work.
    static Error refusal(const Endpoint& endpoint) {
        try {
            const Connection connection(endpoint, {});
        } catch (const Error& error) {
            return error;
        }
        ADD_FAILURE() << "the login worked";
        return {0, "", "", ""};
    }
};
WISP_FOR_EACH_SERVER(MysqlLogin);

TEST_P(MysqlLogin, DisabledTlsIsPlainText) {
    const auto connection = connect(endpoint(TlsMode::kDisabled));
    EXPECT_EQ(connection->cipher(), "");
    EXPECT_TRUE(connection->usable());
}

TEST_P(MysqlLogin, PreferredTlsTakesWhatTheServerHas) {
    const auto connection = connect(endpoint(TlsMode::kPreferred));
    EXPECT_EQ(!connection->cipher().empty(), server().has_tls());
}

TEST_P(MysqlLogin, RequiredTlsIsEnforced) {
    if (server().has_tls()) {
        EXPECT_NE(connect(endpoint(TlsMode::kRequired))->cipher(), "");
        return;
    }
    const Error error = refusal(endpoint(TlsMode::kRequired));
    EXPECT_EQ(error.code(), 2026U);
    EXPECT_EQ(to_string(error.kind()), "refused");
}

TEST_P(MysqlLogin, VerifiedTlsIsEnforced) {
    Endpoint point = endpoint(TlsMode::kVerify);
    if (!server().has_tls()) {
        point.tls_ca = WISP_TEST_DATA "/unrelated_ca.pem";
        EXPECT_EQ(to_string(refusal(point).kind()), "refused");
        return;
    }
    point.tls_ca = server().tls_ca;
    EXPECT_NE(connect(point)->cipher(), "");
    point.host = "localhost";  // in the certificate too; and by TCP, not by the default socket
    EXPECT_NE(connect(point)->cipher(), "");
}

TEST_P(MysqlLogin, AnotherAuthoritysCertificateIsRefused) {
    if (!server().has_tls()) GTEST_SKIP() << "this server was started without TLS";
    Endpoint point = endpoint(TlsMode::kVerify);
    point.tls_ca = WISP_TEST_DATA "/unrelated_ca.pem";
    const Error error = refusal(point);
    EXPECT_EQ(error.code(), 2026U) << error.what();
    EXPECT_EQ(to_string(error.kind()), "refused");
}

TEST_P(MysqlLogin, AnotherNamesCertificateIsRefused) {
    if (!server().has_tls()) GTEST_SKIP() << "this server was started without TLS";
    Endpoint point = endpoint(TlsMode::kVerify);
    point.tls_ca = server().tls_ca;
    const test::Relay relay(point, "127.0.0.2");  // the certificate says 127.0.0.1
    const Error error = refusal(relay.endpoint());
    EXPECT_EQ(error.code(), 2026U) << error.what();
}

TEST_P(MysqlLogin, AMissingAuthorityFileIsRefused) {
    if (!server().has_tls()) GTEST_SKIP() << "this server was started without TLS";
    Endpoint point = endpoint(TlsMode::kVerify);
    point.tls_ca = "/nonexistent/ca.pem";
    EXPECT_EQ(to_string(refusal(point).kind()), "refused");
}

/// The machine's list of authorities, as OpenSSL finds it while this lives, and whether it was
/// read.
class WatchedAuthorities {
  public:
    WatchedAuthorities()
        : file_(std::filesystem::temp_directory_path() /
                ("wisp-authorities-" + std::to_string(::getpid()))),
          watch_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
        std::ofstream(file_) << "none\n";
        ::inotify_add_watch(watch_, file_.c_str(), IN_OPEN);
        ::setenv("SSL_CERT_FILE", file_.c_str(), 1);
    }
    WatchedAuthorities(const WatchedAuthorities&) = delete;
    WatchedAuthorities& operator=(const WatchedAuthorities&) = delete;
    ~WatchedAuthorities() {
        ::unsetenv("SSL_CERT_FILE");
        ::close(watch_);
        std::filesystem::remove(file_);
    }
    [[nodiscard]] bool read_since() const {
        std::array<char, 4096> events{};
        return ::read(watch_, events.data(), events.size()) > 0;
    }

  private:
    std::filesystem::path file_;
    int watch_;
};

TEST_P(MysqlLogin, OnlyVerifiedTlsReadsTheMachinesAuthorities) {
    if (!server().has_tls()) GTEST_SKIP() << "this server was started without TLS";
    const WatchedAuthorities watched;
    EXPECT_NE(connect(endpoint(TlsMode::kPreferred))->cipher(), "");
    EXPECT_NE(connect(endpoint(TlsMode::kRequired))->cipher(), "");
    EXPECT_FALSE(watched.read_since()) << "20 ms of each login";
    // Without a CA of its own; the test servers' is not in the list.
    const Error error = refusal(endpoint(TlsMode::kVerify));
    EXPECT_EQ(to_string(error.kind()), "refused");
    if (std::string(error.what()).find("CA certificate is required") != std::string::npos) {
        GTEST_SKIP() << "this client library never takes the machine's list";
    }
    EXPECT_TRUE(watched.read_since());
}

TEST_P(MysqlLogin, AnAuthorityOfTheMachineIsTrusted) {
    if (!server().has_tls()) GTEST_SKIP() << "this server was started without TLS";
    ::setenv("SSL_CERT_FILE", server().tls_ca.c_str(), 1);
    try {
        EXPECT_NE(Connection(endpoint(TlsMode::kVerify), {}).cipher(), "");
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("CA certificate is required")) << "libmysqlclient";
    }
    ::unsetenv("SSL_CERT_FILE");
}

TEST_P(MysqlLogin, TheSocketWinsOverHostAndPort) {
    Endpoint point = endpoint(TlsMode::kPreferred);
    point.host = "192.0.2.1";
    point.socket = server().primary_socket;
    if (point.socket.empty()) GTEST_SKIP() << "this server has no local socket";
    const auto connection = connect(point);
    EXPECT_EQ(connection->cipher(), "") << "a socket needs no TLS";
    EXPECT_EQ(connection->scalar("SELECT 1"), "1");
}

TEST_P(MysqlLogin, AWrongPasswordIsRefusedAndNotShown) {
    Endpoint point = endpoint(TlsMode::kPreferred);
    point.password = "not-the-password";
    const Error error = refusal(point);
    EXPECT_EQ(error.code(), 1045U);
    EXPECT_EQ(to_string(error.kind()), "refused");
    EXPECT_THAT(error.what(), HasSubstr(point.label()));
    EXPECT_THAT(error.what(), HasSubstr("connect"));
    EXPECT_THAT(error.what(), Not(HasSubstr("not-the-password")));
}

TEST_P(MysqlLogin, ARefusalIsNotTriedAgain) {
    Endpoint point = endpoint(TlsMode::kPreferred);
    point.password = "not-the-password";
    const auto began = std::chrono::steady_clock::now();
    Patience patience;
    patience.first_pause = std::chrono::minutes(10);
    patience.longest_pause = std::chrono::minutes(10);
    patience.deadline = std::chrono::hours(1);
    EXPECT_THROW((void)Connector(point, {}).connect_with_retry({}, patience), Error);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
}

TEST_P(MysqlLogin, CachingSha2WorksWithoutTls) {
    const auto root = connect();
    if (root->server().mariadb() || root->server().version < 80004) {
        GTEST_SKIP() << "no caching_sha2_password on " << root->server().text;
    }
    // A fresh account, so that the server has no cached hash and asks for the password itself.
    const test::TmpUser user(*root, "");
    Endpoint point = user.endpoint();
    point.tls = TlsMode::kDisabled;
    EXPECT_EQ(connect(point)->scalar("SELECT 1"), "1");
    EXPECT_EQ(connect(point)->scalar("SELECT 1"), "1") << "and with the hash cached";
}

TEST_P(MysqlLogin, AnAccountThatRequiresTlsIsRefusedWithout) {
    if (!server().has_tls()) GTEST_SKIP() << "this server was started without TLS";
    const auto root = connect();
    const test::TmpUser user(*root, "");
    root->execute("ALTER USER '" + user.name() + "'@'%' REQUIRE SSL");
    Endpoint point = user.endpoint();
    point.tls = TlsMode::kDisabled;
    EXPECT_EQ(to_string(refusal(point).kind()), "refused");
    point.tls = TlsMode::kPreferred;
    EXPECT_NE(connect(point)->cipher(), "");
}

}  // namespace
}  // namespace wisp::mysql
