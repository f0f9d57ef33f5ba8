// SPDX-License-Identifier: Apache-2.0
// Lag: how old the newest heartbeat is on one server. The heartbeat row of the changelog table
// holds microseconds since the epoch as written by this process, so only this host's clock matters.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "sql/table_def.h"
#include "throttle/knobs.h"
#include "throttle/link.h"
#include "throttle/source.h"

namespace wisp::throttle {

/// How old a heartbeat is; both in microseconds since the epoch. Not below 0.
[[nodiscard]] std::chrono::duration<double> lag_of(std::int64_t heartbeat, std::int64_t now);

/// Slows the copy while the lag is near the limit, holds it while the lag is above the limit, and
/// while it cannot be read: an unreachable replica counts as lagging.
class LagSource : public Source {
  public:
    LagSource(mysql::Endpoint endpoint, const sql::TableName& changelog, SharedKnobs knobs);

    [[nodiscard]] std::string name() const override;
    [[nodiscard]] std::chrono::milliseconds period() const override;
    [[nodiscard]] bool remote() const override { return true; }
    Reading poll(std::stop_token stop) override;

  private:
    Link link_;
    std::string statement_;
    SharedKnobs knobs_;
};

}  // namespace wisp::throttle
