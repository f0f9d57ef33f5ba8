// SPDX-License-Identifier: Apache-2.0
// Replica finder: throttle-replicas=auto. Asks the written server who replicates from it, those who
// replicate from these, and so on; the throttler then watches the lag of each. One that has been
// found stays on the list: that it replicates no more is no reason to look away.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "mysql/endpoint.h"
#include "throttle/address.h"
#include "throttle/knobs.h"
#include "throttle/source.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::throttle {

/// What has been found so far.
using FoundReplicas = std::shared_ptr<Guarded<std::vector<Address>>>;

class ReplicaFinder : public Source {
  public:
    /// Found replicas are asked with `writer`'s account. `inspected` is watched anyway.
    ReplicaFinder(mysql::Endpoint writer, mysql::Endpoint inspected, SharedKnobs knobs,
                  FoundReplicas found);

    [[nodiscard]] std::string name() const override { return "throttle-replicas"; }
    [[nodiscard]] std::chrono::milliseconds period() const override;
    [[nodiscard]] bool remote() const override { return true; }
    /// Holds the copy while there is a replica whose address cannot be made out.
    Reading poll(std::stop_token stop) override;

  private:
    /// Looks at the replicas of this server, and then of each that is new.
    void look_below(const mysql::Endpoint& server, const std::stop_token& stop);
    /// Where the replica of that id answers, among the places it may be at; empty if nowhere.
    [[nodiscard]] std::string locate(std::uint64_t wanted, const std::vector<Address>& places,
                                     const std::stop_token& stop);

    mysql::Endpoint writer_;
    mysql::Endpoint inspected_;
    SharedKnobs knobs_;
    FoundReplicas found_;
    std::map<std::uint64_t, mysql::Endpoint> known_;  // by server id
    std::set<std::uint64_t> visited_;                 // in this round
    std::string lost_;  // the first replica of this round that is nowhere
};

}  // namespace wisp::throttle
