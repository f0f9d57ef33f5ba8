// SPDX-License-Identifier: Apache-2.0
// Error: what a server or the client library said, with the properties retry logic asks for.
// Callers ask properties, never numbers; the numbers are classified in one table in error.cpp.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "mysql/where.h"

namespace wisp::mysql {

enum class ErrorKind : std::uint8_t {
    kLock,       // deadlock, lock wait timeout, record changed: the statement may be run again
    kDuplicate,  // a unique key has the value already
    kLost,       // no connection (any more); the last statement may or may not have run
    kTimeout,    // the server ended the statement on request: killed, execution time
    kRefused,    // access, privilege, read-only, TLS: the operator must act
    kFatal,      // everything else
};

/// "lock", "duplicate", "lost", …: for logs and test output.
[[nodiscard]] std::string_view to_string(ErrorKind kind);

class Error : public std::runtime_error {
  public:
    /// `doing` says what was tried and where; code and text are the server's own.
    Error(unsigned code, std::string sqlstate, std::string server_text, const std::string& doing,
          Where where = Where::current());

    [[nodiscard]] unsigned code() const { return code_; }
    [[nodiscard]] const std::string& sqlstate() const { return sqlstate_; }
    [[nodiscard]] const std::string& server_text() const { return server_text_; }
    [[nodiscard]] Where where() const { return where_; }
    [[nodiscard]] ErrorKind kind() const { return kind_; }
    /// False: the connection must be thrown away and made anew. So for every kLost, and for a few
    /// others after which the server hangs up (a packet that is too large).
    [[nodiscard]] bool connection_usable() const { return usable_; }
    /// True: running the same statement (or transaction) again is right and may succeed.
    [[nodiscard]] bool retryable() const { return kind_ == ErrorKind::kLock; }
    /// True where an ALTER cannot be done online: not at all, or not under so many writes.
    [[nodiscard]] bool needs_locking_ddl() const;
    /// True for errors by which a server says that it does not know a statement or variable.
    [[nodiscard]] bool not_supported() const;

  private:
    unsigned code_;
    std::string sqlstate_;
    std::string server_text_;
    Where where_;
    ErrorKind kind_;
    bool usable_;
};

}  // namespace wisp::mysql
