// SPDX-License-Identifier: Apache-2.0
// Reaching for servers that are not there. Listens on loopback itself where a peer is needed.
#include "mysql/connector.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

namespace wisp::mysql {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

// A listener that accepts into its backlog and never says a word; or, with listening off, a port
// that is reserved and refuses.
class SilentPort {
  public:
    explicit SilentPort(bool listening) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        if (::bind(fd_, generic, size) != 0 || ::getsockname(fd_, generic, &size) != 0 ||
            (listening && ::listen(fd_, 8) != 0)) {
            throw std::runtime_error("no port for the test");
        }
        port_ = ntohs(address.sin_port);
    }
    SilentPort(const SilentPort&) = delete;
    SilentPort& operator=(const SilentPort&) = delete;
    ~SilentPort() { ::close(fd_); }
    [[nodiscard]] Endpoint endpoint() const {
        Endpoint endpoint;
        endpoint.port = port_;
        endpoint.user = "nobody";
        endpoint.password = "secret";
        endpoint.connect_timeout = seconds(1);
        return endpoint;
    }

  private:
    int fd_;
    std::uint16_t port_ = 0;
};

TEST(Connector, SaysLostWhenNobodyListens) {
    const SilentPort port(false);
    try {
        const auto connection = Connector(port.endpoint(), {}).connect();
        FAIL() << "connected to nothing";
    } catch (const Error& error) {
        EXPECT_EQ(to_string(error.kind()), "lost");
        EXPECT_NE(std::string(error.what()).find(port.endpoint().label()), std::string::npos);
        EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos);
    }
}

TEST(Connector, GivesUpOnASilentServerAfterTheConnectTimeout) {
    const SilentPort port(true);
    const auto began = Clock::now();
    EXPECT_THROW((void)Connector(port.endpoint(), {}).connect(), Error);
    EXPECT_LT(Clock::now() - began, seconds(20));
}

TEST(Connector, TriesAsOftenAsItMay) {
    const SilentPort port(false);
    Patience patience;
    patience.attempts = 3;
    patience.first_pause = milliseconds(40);
    const auto began = Clock::now();
    EXPECT_THROW((void)Connector(port.endpoint(), {}).connect_with_retry({}, patience), Error);
    EXPECT_GE(Clock::now() - began, milliseconds(60)) << "two pauses, each at least half";
}

TEST(Connector, EndsAtItsDeadline) {
    const SilentPort port(false);
    Patience patience;
    patience.deadline = milliseconds(300);
    const auto began = Clock::now();
    EXPECT_THROW((void)Connector(port.endpoint(), {}).connect_with_retry({}, patience), Error);
    EXPECT_LT(Clock::now() - began, seconds(20));
}

TEST(Connector, StopsAtOnceWhenAsked) {
    const SilentPort port(false);
    Patience patience;
    patience.deadline = std::chrono::hours(1);
    patience.first_pause = std::chrono::minutes(10);
    patience.longest_pause = std::chrono::minutes(10);
    std::stop_source stop;
    const std::jthread stopper([&stop] { stop.request_stop(); });
    EXPECT_THROW(
        (void)Connector(port.endpoint(), {}).connect_with_retry(stop.get_token(), patience), Error);
}

}  // namespace
}  // namespace wisp::mysql
