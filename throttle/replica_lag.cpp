// SPDX-License-Identifier: Apache-2.0
#include "throttle/replica_lag.h"

#include <fmt/format.h>

#include <utility>

#include "mysql/replica.h"

namespace wisp::throttle {

ReplicaLag::ReplicaLag(mysql::Endpoint endpoint, SharedKnobs knobs)
    : link_(std::move(endpoint)), knobs_(std::move(knobs)) {}

std::string ReplicaLag::name() const {
    return "lag " + link_.endpoint().label();
}

std::chrono::milliseconds ReplicaLag::period() const {
    return std::chrono::milliseconds(500);
}

Reading ReplicaLag::poll(std::stop_token stop) {
    const auto limit = knobs_->read([](const Knobs& knobs) { return knobs.max_lag; });
    if (limit.count() == 0) return {};
    const auto channels = link_.with(
        stop, [](mysql::Connection& connection) { return mysql::replica_status(connection); });
    for (const auto& channel : channels) {
        if (!channel.sql_running || !channel.seconds_behind || channel.delay != 0) continue;
        const std::chrono::seconds lag(*channel.seconds_behind);
        if (lag <= limit) continue;
        return {Effect::kHoldCopy,
                fmt::format("{} s behind, limit {:.1f} s", lag.count(),
                            std::chrono::duration<double>(limit).count()),
                0,
                Measure{std::chrono::duration<double>(lag).count(),
                        std::chrono::duration<double>(limit).count()}};
    }
    return {};
}

}  // namespace wisp::throttle
