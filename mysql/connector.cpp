// SPDX-License-Identifier: Apache-2.0
#include "mysql/connector.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "mysql/process_list.h"
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

bool bury_session(const Connector& connector, std::uint64_t id, const std::stop_token& stop,
                  std::chrono::steady_clock::time_point deadline) {
    constexpr std::chrono::milliseconds kPause{20};  // its rollback may take long
    const auto go_on = [&] {
        return !stop.stop_requested() && std::chrono::steady_clock::now() < deadline;
    };
    while (go_on()) {
        try {
            const auto by = connector.connect_with_retry(stop);
            // By user as well: after a restart the server gives the same ids to others.
            const auto user = by->scalar(
                "SELECT LEFT(USER(), CHAR_LENGTH(USER()) - 1 -"
                " CHAR_LENGTH(SUBSTRING_INDEX(USER(), '@', -1)))");
            while (go_on()) {
                const auto session = find_process(*by, id);
                // Ours by that id: the server was restarted, and gives its ids again from 1 on.
                if (!session || session->user != user || id == by->id()) return true;
                kill_connection(*by, id);
                static_cast<void>(pause(stop, kPause));
            }
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::kLost) throw;
            log::warn("the server cannot be reached to end session {}: {}", id, error.what());
        }
    }
    return false;
}

}  // namespace wisp::mysql
