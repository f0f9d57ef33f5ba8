// SPDX-License-Identifier: Apache-2.0
// Replica lag: a throttle source that asks a replica how far it is behind, for runs that write no
// heartbeat on its primary. Whole seconds, as the server tells them.
#pragma once

#include <chrono>
#include <string>

#include "throttle/knobs.h"
#include "throttle/link.h"
#include "throttle/source.h"

namespace wisp::throttle {

class ReplicaLag : public Source {
  public:
    ReplicaLag(mysql::Endpoint endpoint, SharedKnobs knobs);

    [[nodiscard]] std::string name() const override;
    [[nodiscard]] std::chrono::milliseconds period() const override;
    [[nodiscard]] bool remote() const override { return true; }
    /// Holds while the replica is further behind than max-lag; 0: asks nobody. One whose SQL thread
    /// stands still is not behind but stopped: what is read or written there delays nobody. What
    /// one says that is delayed on purpose does not tell how far behind it is beyond that.
    Reading poll(std::stop_token stop) override;

  private:
    Link link_;
    SharedKnobs knobs_;
};

}  // namespace wisp::throttle
