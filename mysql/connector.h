// SPDX-License-Identifier: Apache-2.0
// Connector: makes connections to one server with one set of session settings. Immutable, so any
// number of threads may use one.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>

#include "mysql/connection.h"
#include "mysql/where.h"

namespace wisp::mysql {

/// How long to go on when a server cannot be reached. A refusal is never tried again.
struct Patience {
    unsigned attempts = 0;                       // 0 = as many as the deadline allows
    std::chrono::milliseconds deadline{60'000};  // no attempt starts after it
    std::chrono::milliseconds first_pause{100};
    std::chrono::milliseconds longest_pause{5'000};
};

class Connector {
  public:
    Connector(Endpoint endpoint, Session session);

    /// One attempt. Throws Error.
    [[nodiscard]] std::unique_ptr<Connection> connect(Where where = Where::current()) const;

    /// At least one attempt, more while the server is unreachable (ErrorKind::kLost). Throws the
    /// last attempt's Error when patience ends, on a stop, and for every other kind at once.
    [[nodiscard]] std::unique_ptr<Connection> connect_with_retry(
        const std::stop_token& stop, const Patience& patience = {},
        Where where = Where::current()) const;

    [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
    [[nodiscard]] const Session& session() const { return session_; }

  private:
    Endpoint endpoint_;
    Session session_;
};

/// Kills a session of ours whose connection we lost and waits until the server has none of it left:
/// then neither its statement nor its locks go on. False: stopped, or out of time, before that.
/// Throws Error if that cannot be found out.
bool bury_session(
    const Connector& connector, std::uint64_t id, const std::stop_token& stop,
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max());

}  // namespace wisp::mysql
