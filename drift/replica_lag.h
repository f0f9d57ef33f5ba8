// SPDX-License-Identifier: Apache-2.0
// Replica lag: a throttle source that asks a replica how far it is behind, since a comparison
// writes no heartbeat. Whole seconds, as the server tells them.
#pragma once

#include <chrono>
#include <string>

#include "throttle/knobs.h"
#include "throttle/link.h"
#include "throttle/source.h"

namespace wisp::drift {

class ReplicaLag : public throttle::Source {
  public:
    ReplicaLag(mysql::Endpoint endpoint, throttle::SharedKnobs knobs);

    [[nodiscard]] std::string name() const override;
    [[nodiscard]] std::chrono::milliseconds period() const override;
    [[nodiscard]] bool remote() const override { return true; }
    /// Holds while the replica is further behind than max-lag. One whose SQL thread stands still is
    /// not behind but stopped: reading it delays nobody.
    throttle::Reading poll(std::stop_token stop) override;

  private:
    throttle::Link link_;
    throttle::SharedKnobs knobs_;
};

}  // namespace wisp::drift
