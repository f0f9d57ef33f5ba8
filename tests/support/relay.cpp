// SPDX-License-Identifier: Apache-2.0
#include "tests/support/relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace wisp::test {
namespace {

sockaddr_in ipv4(const std::string& host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
        throw std::runtime_error("not an IPv4 address: " + host);
    }
    return address;
}

// Passes on what `from` has to read; false at its end.
bool pass(int from, int to) {
    std::array<char, 65536> buffer;
    const ssize_t got = ::recv(from, buffer.data(), buffer.size(), 0);
    for (ssize_t sent = 0; sent < got;) {
        const ssize_t now = ::send(to, buffer.data() + sent, got - sent, MSG_NOSIGNAL);
        if (now <= 0) return false;
        sent += now;
    }
    return got > 0;
}

}  // namespace

Relay::Relay(mysql::Endpoint target, const std::string& address)
    : target_(std::move(target)),
      address_(address),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in local = ipv4(address, 0);
    socklen_t size = sizeof(local);
    auto* const generic = reinterpret_cast<sockaddr*>(&local);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, generic, &size) != 0) {
        ::close(listener_);
        throw std::runtime_error("no port for a relay on " + address);
    }
    port_ = ntohs(local.sin_port);
    server_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
}

Relay::~Relay() {
    server_.request_stop();
    ::shutdown(listener_, SHUT_RDWR);
    server_.join();
    ::close(listener_);
    cut();
    carriers_.clear();
}

mysql::Endpoint Relay::endpoint() const {
    mysql::Endpoint endpoint = target_;
    endpoint.host = address_;
    endpoint.port = port_;
    return endpoint;
}

void Relay::cut() {
    const std::scoped_lock lock(mutex_);
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
}

void Relay::serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) continue;
        const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const sockaddr_in to = ipv4(target_.host, target_.port);
        if (::connect(server, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0) {
            ::close(client);
            ::close(server);
            continue;
        }
        const std::scoped_lock lock(mutex_);
        sockets_.insert(sockets_.end(), {client, server});
        carriers_.emplace_back([this, client, server] { carry(client, server); });
    }
}

void Relay::carry(int client, int server) {
    std::array<pollfd, 2> both = {pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    for (bool open = true; open;) {
        if (::poll(both.data(), both.size(), -1) < 0) continue;
        if (both[0].revents != 0) open = pass(client, server);
        if (open && both[1].revents != 0) open = pass(server, client);
    }
    const std::scoped_lock lock(mutex_);
    std::erase_if(sockets_, [=](int socket) { return socket == client || socket == server; });
    ::close(client);
    ::close(server);
}

}  // namespace wisp::test
