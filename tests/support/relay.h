// SPDX-License-Identifier: Apache-2.0
// Relay: a TCP port that passes bytes on to a server, for tests that need another address for it or
// a network that breaks.
#pragma once

#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "mysql/endpoint.h"

namespace wisp::test {

class Relay {
  public:
    /// Listens on `address`, any port, and connects each client to `target` (host must be an IPv4
    /// address).
    explicit Relay(mysql::Endpoint target, const std::string& address = "127.0.0.1");
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;
    ~Relay();

    /// The target's account and options, at the relay's address.
    [[nodiscard]] mysql::Endpoint endpoint() const;
    /// Breaks every connection that is open now. New ones are served.
    void cut();

  private:
    void serve(const std::stop_token& stop);
    void carry(int client, int server);

    mysql::Endpoint target_;
    std::string address_;
    std::uint16_t port_ = 0;
    int listener_ = -1;
    std::mutex mutex_;  // guards sockets_ and carriers_
    std::vector<int> sockets_;
    std::vector<std::jthread> carriers_;
    std::jthread server_;
};

}  // namespace wisp::test
