// SPDX-License-Identifier: Apache-2.0
// Link: a source's own connection, made when first needed and again after it was lost. Bounded in
// time: a server that does not answer within the limit is a failed reading, not a stuck thread.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>

#include "mysql/connection.h"
#include "mysql/endpoint.h"

namespace wisp::throttle {

/// Longest connect and longest silence of a server before its reading counts as failed.
constexpr std::chrono::seconds kAnswerLimit{2};

/// One thread.
class Link {
  public:
    explicit Link(mysql::Endpoint endpoint);

    /// Runs use(Connection&); connects first if need be, throws the connection away if it was lost.
    /// A stop request cancels a statement that hangs. Throws mysql::Error.
    template <typename Use>
    auto with(const std::stop_token& stop, Use&& use) {
        mysql::Connection& connection = connected();
        const std::stop_callback cancel(stop, [&connection] { connection.cancel(); });
        return use(connection);
    }
    [[nodiscard]] const mysql::Endpoint& endpoint() const { return endpoint_; }

  private:
    mysql::Connection& connected();

    mysql::Endpoint endpoint_;
    std::unique_ptr<mysql::Connection> connection_;
};

}  // namespace wisp::throttle
