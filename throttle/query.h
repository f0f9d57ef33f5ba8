// SPDX-License-Identifier: Apache-2.0
// Query: the operator's own question to the written server. A number above 0 holds the copy.
#pragma once

#include <chrono>
#include <string>

#include "throttle/knobs.h"
#include "throttle/link.h"
#include "throttle/source.h"

namespace wisp::throttle {

class QuerySource : public Source {
  public:
    QuerySource(mysql::Endpoint endpoint, SharedKnobs knobs);

    [[nodiscard]] std::string name() const override { return "throttle-query"; }
    [[nodiscard]] std::chrono::milliseconds period() const override;
    [[nodiscard]] bool remote() const override { return true; }
    /// Throws if the query fails, or its first cell is no number: that holds, too.
    Reading poll(std::stop_token stop) override;

  private:
    Link link_;
    SharedKnobs knobs_;
};

}  // namespace wisp::throttle
