// SPDX-License-Identifier: Apache-2.0
// Sockets of the interactive commands: where they are, who may have them, lines over them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/expected.h"
#include "base/unique_fd.h"

namespace wisp::control {

/// "/tmp/gh-ost.SCHEMA.TABLE.sock", where gh-ost's users look for it. Characters that a path or a
/// shell would take amiss become "_", and where the name is not the table's any more, or too long,
/// a hash makes it one of its own.
[[nodiscard]] std::string default_socket_path(std::string_view schema, std::string_view table);

/// Listens on a unix socket that only this account may use (mode 0600). What a dead run left there
/// is replaced; `drop_first`: whatever socket is there. Fails, with what to do, if a live process
/// listens there, or if it is no socket.
[[nodiscard]] Expected<UniqueFd> listen_on_path(const std::string& path, bool drop_first);
/// Removes the socket file if it still is the one that `listener` was bound to.
void remove_socket(const std::string& path, ino_t own);
/// The inode of a socket's file; 0 if there is none.
[[nodiscard]] ino_t inode_of(const std::string& path);

/// Listens on host:port; port 0: any. Fails with a sentence.
[[nodiscard]] Expected<UniqueFd> listen_on_port(const std::string& host, std::uint16_t port);
/// Where it is bound: "127.0.0.1:10001".
[[nodiscard]] std::string bound_to(const UniqueFd& listener);
/// True for an address that only this host reaches.
[[nodiscard]] bool is_loopback(const std::string& host);

/// Connects to a path (anything with a "/"), or to host:port. Fails with a sentence.
[[nodiscard]] Expected<UniqueFd> connect_to(const std::string& place);

/// Sends all of it; false when the other side has gone or takes nothing for five seconds.
bool send_text(int fd, std::string_view text);

/// Lines that arrive on a socket.
class LineReader {
  public:
    enum class Got : std::uint8_t { kLine, kEnd, kNothing, kTooLong };
    static constexpr std::size_t kLongest = 65'536;

    explicit LineReader(int fd) : fd_(fd) {}
    /// The next line without its end; kNothing when none is complete after `wait` (0: only what is
    /// there already). What stands before the end of the stream is a line, too.
    [[nodiscard]] Got next(std::string& line, std::chrono::milliseconds wait);

  private:
    [[nodiscard]] bool take(std::string& line);

    int fd_;
    std::string buffer_;
    bool ended_ = false;
};

}  // namespace wisp::control
