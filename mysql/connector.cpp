// SPDX-License-Identifier: Apache-2.0
#include "mysql/connector.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "mysql/retry.h"

namespace wisp::mysql {

Connector::Connector(Endpoint endpoint, Session session)
    : endpoint_(std::move(endpoint)), session_(std::move(session)) {}

std::unique_ptr<Connection> Connector::connect(Where where) const {
    return std::make_unique<Connection>(endpoint_, session_, where);
}

std::unique_ptr<Connection> Connector::connect_with_retry(const std::stop_token& stop,
                                                          const Patience& patience,
                                                          Where where) const {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + patience.deadline;
    Backoff backoff(patience.first_pause, patience.longest_pause);
    for (unsigned attempt = 1;; ++attempt) {
        try {
            // An attempt at a silent host is not to outlast the deadline by much.
            Endpoint endpoint = endpoint_;
            const auto left = std::chrono::ceil<std::chrono::seconds>(end - Clock::now());
            endpoint.connect_timeout =
                std::clamp(left, std::chrono::seconds(1),
                           std::max(endpoint_.connect_timeout, std::chrono::seconds(1)));
            return std::make_unique<Connection>(std::move(endpoint), session_, where);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::kLost) throw;
            if (patience.attempts != 0 && attempt >= patience.attempts) throw;
            const auto wait = backoff.next();
            if (Clock::now() + wait >= end) throw;
            log::warn(
                "server unreachable, trying again server={} attempt={} pause_ms={} error=\"{}\"",
                endpoint_.label(), attempt, wait.count(), error.what());
            if (!pause(stop, wait)) throw;
        }
    }
}

void bury_session(const Connector& connector, std::uint64_t id, const std::stop_token& stop) {
    // By user as well: after a restart the server gives the same ids to others.
    const std::string alive = fmt::format(
        "SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = {} AND USER ="
        " SUBSTRING_INDEX(USER(), '@', 1)",
        id);
    while (!stop.stop_requested()) {
        try {
            const auto by = connector.connect_with_retry(stop);
            while (!stop.stop_requested() && by->scalar(alive)) kill_connection(*by, id);
            return;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::kLost) throw;
            log::warn("the server cannot be reached to end session {}: {}", id, error.what());
        }
    }
}

}  // namespace wisp::mysql
