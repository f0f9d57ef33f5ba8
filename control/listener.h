// SPDX-License-Identifier: Apache-2.0
// Listener: takes connections on a unix socket and on TCP, and hands their lines to the console. A
// thread accepts, and each connection has one of its own, so that an idle one holds up nobody.
//
// A connection is answered as gh-ost does it: one command, the reply, the end; lines that have
// arrived together are all answered. After the line `session` it stays: each reply is then followed
// by a line of its own, "ok" or "error".
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <stop_token>
#include <string>

#include "base/thread.h"
#include "base/unique_fd.h"
#include "control/console.h"

namespace wisp::control {

struct ListenOptions {
    std::string socket_file;
    bool drop_socket_first = false;
    bool tcp = false;
    std::string tcp_host = "127.0.0.1";
    std::uint16_t tcp_port = 0;
    std::string token;  // a TCP connection has to say it first; empty: none is asked for
};

class Listener {
  public:
    /// Listens from here on. Throws migrator::Refusal if it cannot.
    Listener(const ListenOptions& options, Console& console);
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    /// Ends every connection, a hook at work for one included, and removes the socket's file.
    ~Listener();

    [[nodiscard]] const Serving& serving() const { return serving_; }

  private:
    struct Visitor {
        std::atomic<bool> gone{false};
        std::unique_ptr<Thread> thread;
    };
    void accept_all(const std::stop_token& stop);
    void welcome(const UniqueFd& listener, bool trusted);
    void serve(int fd, bool trusted, const std::stop_token& stop);

    Console& console_;
    std::string token_;
    std::string path_;
    ino_t inode_ = 0;
    UniqueFd unix_;
    UniqueFd tcp_;
    UniqueFd wake_;
    Serving serving_;
    std::list<Visitor> visitors_;  // the accepting thread's
    std::unique_ptr<Thread> thread_;
};

}  // namespace wisp::control
