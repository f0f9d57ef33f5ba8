// SPDX-License-Identifier: Apache-2.0
#include "throttle/link.h"

#include <algorithm>
#include <utility>

#include "mysql/session.h"

namespace wisp::throttle {

Link::Link(mysql::Endpoint endpoint) : endpoint_(std::move(endpoint)) {
    endpoint_.connect_timeout = std::min(endpoint_.connect_timeout, kAnswerLimit);
    endpoint_.io_timeout = kAnswerLimit;
}

mysql::Connection& Link::connected() {
    if (!connection_ || !connection_->usable()) {
        connection_.reset();
        connection_ = std::make_unique<mysql::Connection>(endpoint_, mysql::Session{});
    }
    return *connection_;
}

}  // namespace wisp::throttle
