// SPDX-License-Identifier: Apache-2.0
#include "control/listener.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>

#include "base/log.h"
#include "control/socket.h"
#include "migrator/refusal.h"

namespace wisp::control {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kMostVisitors = 32;
constexpr seconds kFirstWords{60};     // until a connection says something
constexpr seconds kNextWords{86'400};  // until one with a session does

UniqueFd demand(Expected<UniqueFd> fd) {
    if (!fd) throw migrator::Refusal(fd.error());
    return std::move(*fd);
}

/// In a time that does not tell how much of it was right.
bool same_secret(std::string_view given, std::string_view secret) {
    unsigned difference = given.size() == secret.size() ? 0 : 1;
    for (std::size_t i = 0; i < secret.size(); ++i) {
        const char c = i < given.size() ? given[i] : '\0';
        difference |= static_cast<unsigned char>(c) ^ static_cast<unsigned char>(secret[i]);
    }
    return difference == 0;
}

/// One connection, line by line.
class Conversation {
  public:
    Conversation(int fd, Console& console, const std::string& token)
        : fd_(fd), reader_(fd), console_(console), token_(token), trusted_(token.empty()) {}

    void hold(const std::stop_token& stop) {
        std::string line;
        milliseconds wait = kFirstWords;
        while (!stop.stop_requested()) {
            switch (reader_.next(line, wait)) {
                case LineReader::Got::kLine:
                    if (!take(line, stop)) return;
                    break;
                case LineReader::Got::kTooLong:
                    send_text(fd_, "the command is too long\n");
                    return;
                case LineReader::Got::kEnd:
                case LineReader::Got::kNothing:
                    return;
            }
            if (session_) {
                wait = kNextWords;
            } else if (answered_) {
                wait = milliseconds(0);  // only what came together with the first
            }
        }
    }

  private:
    /// False: that was the last line.
    bool take(const std::string& line, const std::stop_token& stop) {
        const Request request = read_request(line);
        if (!trusted_) {
            trusted_ =
                request.verb == "token" && same_secret(request.argument.value_or(""), token_);
            if (trusted_) return true;
            send_text(fd_, "this connection needs a token: say token=… in its first line\n");
            return false;
        }
        if (request.verb.empty() || request.verb == "token") return true;
        if (request.verb == "session") {
            session_ = true;
            return send_text(fd_, "ok\n");
        }
        const Reply reply = console_.answer(line, stop);
        answered_ = true;
        const bool sent =
            send_text(fd_, reply.text + (session_ ? (reply.ok ? "ok\n" : "error\n") : ""));
        // Whoever says what is no command may be no operator: a browser that was led here, say.
        return sent && (session_ || !reply.unknown);
    }

    int fd_;
    LineReader reader_;
    Console& console_;
    const std::string& token_;
    bool trusted_;
    bool session_ = false;
    bool answered_ = false;
};

}  // namespace

Listener::Listener(const ListenOptions& options, Console& console)
    : console_(console), token_(options.token), wake_(::eventfd(0, EFD_CLOEXEC)) {
    if (options.tcp) {
        tcp_ = demand(listen_on_port(options.tcp_host, options.tcp_port));
        serving_.tcp = bound_to(tcp_);
    }
    unix_ = demand(listen_on_path(options.socket_file, options.drop_socket_first));
    path_ = serving_.socket = options.socket_file;
    inode_ = inode_of(path_);
    console_.set_serving(serving_);
    log::info("serving commands socket={} tcp={}", serving_.socket, serving_.tcp);
    thread_ = std::make_unique<Thread>("control",
                                       [this](const std::stop_token& stop) { accept_all(stop); });
}

Listener::~Listener() {
    thread_.reset();
    remove_socket(path_, inode_);
}

void Listener::accept_all(const std::stop_token& stop) {
    const std::stop_callback wake(stop, [this] {
        const std::uint64_t one = 1;
        static_cast<void>(!::write(wake_.get(), &one, sizeof one));
    });
    while (!stop.stop_requested()) {
        std::array<pollfd, 3> ready{pollfd{wake_.get(), POLLIN, 0}, pollfd{unix_.get(), POLLIN, 0},
                                    pollfd{tcp_ ? tcp_.get() : -1, POLLIN, 0}};
        if (::poll(ready.data(), ready.size(), -1) < 0) continue;
        visitors_.remove_if([](const Visitor& visitor) { return visitor.gone.load(); });
        if (ready[1].revents != 0) welcome(unix_, true);
        if (ready[2].revents != 0) welcome(tcp_, token_.empty());
    }
    for (const Visitor& visitor : visitors_) visitor.thread->request_stop();
    visitors_.clear();
}

void Listener::welcome(const UniqueFd& listener, bool trusted) {
    UniqueFd fd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!fd) {
        // Out of descriptors, most likely: the connection stays in the queue.
        static_cast<void>(pause({}, milliseconds(100)));
        return;
    }
    if (visitors_.size() >= kMostVisitors) {
        send_text(fd.get(), "too many connections; close some\n");
        return;
    }
    Visitor& visitor = visitors_.emplace_back();
    visitor.thread = std::make_unique<Thread>(
        "control-line", [this, &visitor, trusted, fd = std::make_shared<UniqueFd>(std::move(fd))](
                            const std::stop_token& stop) {
            serve(fd->get(), trusted, stop);
            fd->reset();
            visitor.gone = true;
        });
}

void Listener::serve(int fd, bool trusted, const std::stop_token& stop) {
    const std::stop_callback wake(stop, [fd] { ::shutdown(fd, SHUT_RD); });
    try {
        static const std::string kNone;
        Conversation(fd, console_, trusted ? kNone : token_).hold(stop);
    } catch (const std::exception& error) {
        log::warn("a command ended with an error: {}", error.what());
        send_text(fd, fmt::format("{}\n", error.what()));
    }
    ::shutdown(fd, SHUT_WR);
}

}  // namespace wisp::control
