// SPDX-License-Identifier: Apache-2.0
#include "control/socket.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace wisp::control {
namespace {

constexpr std::size_t kMostPath = sizeof(sockaddr_un{}.sun_path) - 1;
constexpr int kBacklog = 16;

std::string reason() {
    return std::strerror(errno);
}

/// FNV-1a: the same name on every host and in every release.
std::uint64_t hash(std::string_view text) {
    std::uint64_t value = 0xcbf29ce484222325U;
    for (const char c : text) {
        value ^= static_cast<unsigned char>(c);
        value *= 0x100000001b3U;
    }
    return value;
}

std::string plain(std::string_view name) {
    std::string text(name);
    for (char& c : text) {
        const bool fine =
            (std::isalnum(static_cast<unsigned char>(c)) != 0) || c == '_' || c == '-' || c == '$';
        if (!fine) c = '_';
    }
    return text;
}

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, kMostPath);
    return address;
}

Expected<UniqueFd> new_unix_socket(const std::string& path) {
    if (path.size() > kMostPath) {
        return Unexpected(
            fmt::format("{}: a socket's path has at most {} bytes, this has {};"
                        " give a shorter one with --serve-socket-file",
                        path, kMostPath, path.size()));
    }
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd) return Unexpected("no socket: " + reason());
    return fd;
}

int connect_on(const UniqueFd& fd, const sockaddr_un& address) {
    return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

/// The process at the other end of a socket, for a sentence.
std::string peer_of(const UniqueFd& fd) {
    ucred peer{};
    socklen_t size = sizeof peer;
    const int asked = ::getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size);
    // 0: it lives in another container.
    return asked == 0 && peer.pid > 0 ? fmt::format("process {}", peer.pid) : "another process";
}

/// What stands in the way at `path` and must not be removed; "" if it may.
std::string why_kept(const std::string& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) return {};
    if (!S_ISSOCK(info.st_mode)) {
        return fmt::format("{} is there and is no socket; give another --serve-socket-file", path);
    }
    const auto probe = new_unix_socket(path);
    if (!probe) return probe.error();
    if (connect_on(*probe, address_of(path)) == 0 || errno == EAGAIN) {
        return fmt::format(
            "{}: {} serves commands there, perhaps the run for a table of the same name on another"
            " server; give this run a --serve-socket-file of its own",
            path, peer_of(*probe));
    }
    if (errno == ECONNREFUSED) return {};  // its process is dead
    return fmt::format("{} cannot be looked into: {}; give another --serve-socket-file", path,
                       reason());
}

int bind_to(const UniqueFd& fd, const sockaddr_un& address) {
    return ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

struct FreeAddress {
    void operator()(addrinfo* info) const { ::freeaddrinfo(info); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddress>;

Expected<Addresses> resolve(const std::string& host, const std::string& port, int flags) {
    addrinfo wanted{};
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = flags;
    addrinfo* found = nullptr;
    const int failure = ::getaddrinfo(host.c_str(), port.c_str(), &wanted, &found);
    if (failure != 0) {
        return Unexpected(fmt::format("{}:{}: {}", host, port, ::gai_strerror(failure)));
    }
    return Addresses(found);
}

UniqueFd socket_for(const addrinfo& info) {
    return UniqueFd(::socket(info.ai_family, info.ai_socktype | SOCK_CLOEXEC, info.ai_protocol));
}

}  // namespace

std::string default_socket_path(std::string_view schema, std::string_view table) {
    const std::string name = fmt::format("{}.{}", plain(schema), plain(table));
    const std::string exact = fmt::format("{}.{}", schema, table);
    const std::string path = fmt::format("/tmp/gh-ost.{}.sock", name);
    if (name == exact && path.size() <= kMostPath) return path;
    return fmt::format("/tmp/gh-ost.{}.{:016x}.sock", name.substr(0, 64), hash(exact));
}

Expected<UniqueFd> listen_on_path(const std::string& path, bool drop_first) {
    auto fd = new_unix_socket(path);
    if (!fd) return fd;
    // Before it is bound: the file has this mode from its first moment (unix(7), "Notes": Linux
    // takes it from the socket).
    ::fchmod(fd->get(), S_IRUSR | S_IWUSR);
    const auto address = address_of(path);
    struct stat info {};
    if (drop_first && ::lstat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode)) {
        ::unlink(path.c_str());
    }
    int bound = bind_to(*fd, address);
    if (bound != 0 && errno == EADDRINUSE) {
        if (auto kept = why_kept(path); !kept.empty()) return Unexpected(std::move(kept));
        ::unlink(path.c_str());
        bound = bind_to(*fd, address);
    }
    if (bound != 0 || ::listen(fd->get(), kBacklog) != 0) {
        return Unexpected(fmt::format(
            "the socket for commands cannot be made: {}: {}; give another --serve-socket-file",
            path, reason()));
    }
    return fd;
}

ino_t inode_of(const std::string& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode) ? info.st_ino : 0;
}

void remove_socket(const std::string& path, ino_t own) {
    if (own != 0 && inode_of(path) == own) ::unlink(path.c_str());
}

Expected<UniqueFd> listen_on_port(const std::string& host, std::uint16_t port) {
    const auto addresses = resolve(host, std::to_string(port), AI_PASSIVE);
    if (!addresses) return Unexpected("--serve-tcp-host: " + addresses.error());
    UniqueFd fd = socket_for(**addresses);
    const int yes = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (!fd || ::bind(fd.get(), (*addresses)->ai_addr, (*addresses)->ai_addrlen) != 0 ||
        ::listen(fd.get(), kBacklog) != 0) {
        return Unexpected(
            fmt::format("--serve-tcp-port: {}:{}: {}; give another port", host, port, reason()));
    }
    return fd;
}

std::string bound_to(const UniqueFd& listener) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> port{};
    if (::getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, host.data(), host.size(),
                      port.data(), port.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        return {};
    }
    return fmt::format("{}:{}", host.data(), port.data());
}

bool is_loopback(const std::string& host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

Expected<UniqueFd> connect_to(const std::string& place) {
    if (place.find('/') != std::string::npos) {
        auto fd = new_unix_socket(place);
        if (!fd) return fd;
        if (connect_on(*fd, address_of(place)) == 0) return fd;
        return Unexpected(
            fmt::format("{}: {}{}", place, reason(),
                        errno == ECONNREFUSED ? "; the run that made this socket is no more" : ""));
    }
    const auto colon = place.rfind(':');
    if (colon == std::string::npos) {
        return Unexpected(place + " is neither a path with a \"/\" nor host:port");
    }
    const auto addresses = resolve(place.substr(0, colon), place.substr(colon + 1), 0);
    if (!addresses) return Unexpected(addresses.error());
    UniqueFd fd = socket_for(**addresses);
    if (!fd || ::connect(fd.get(), (*addresses)->ai_addr, (*addresses)->ai_addrlen) != 0) {
        return Unexpected(fmt::format("{}: {}", place, reason()));
    }
    return fd;
}

bool send_text(int fd, std::string_view text) {
    constexpr int kWait = 5'000;
    while (!text.empty()) {
        pollfd ready{fd, POLLOUT, 0};
        if (::poll(&ready, 1, kWait) <= 0) return false;
        const auto sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) {
            if (errno == EINTR || errno == EAGAIN) continue;
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool LineReader::take(std::string& line) {
    const auto end = buffer_.find('\n');
    if (end == std::string::npos) {
        if (!ended_ || buffer_.empty()) return false;
        line = std::exchange(buffer_, {});
        return true;
    }
    line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return true;
}

LineReader::Got LineReader::next(std::string& line, std::chrono::milliseconds wait) {
    const auto deadline = std::chrono::steady_clock::now() + wait;
    for (;;) {
        if (take(line)) return Got::kLine;
        if (ended_) return Got::kEnd;
        if (buffer_.size() > kLongest) return Got::kTooLong;
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd ready{fd_, POLLIN, 0};
        const int count = ::poll(&ready, 1, static_cast<int>(std::max<long>(0, left.count())));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return Got::kNothing;
        std::array<char, 4096> part{};
        const auto read = ::recv(fd_, part.data(), part.size(), MSG_DONTWAIT);
        if (read > 0) {
            buffer_.append(part.data(), static_cast<std::size_t>(read));
        } else if (read == 0 || (errno != EAGAIN && errno != EINTR)) {
            ended_ = true;
        }
    }
}

}  // namespace wisp::control
