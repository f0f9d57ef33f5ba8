// SPDX-License-Identifier: Apache-2.0
// Manual: the operator's own hold, set through Knobs::hold by interactive commands or code. Holds
// both writers until taken back.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "throttle/options.h"
#include "throttle/source.h"

namespace wisp::throttle {

class Manual : public Source {
  public:
    explicit Manual(SharedKnobs knobs) : knobs_(std::move(knobs)) {}

    [[nodiscard]] std::string name() const override { return "command"; }
    [[nodiscard]] std::chrono::milliseconds period() const override;
    [[nodiscard]] bool remote() const override { return false; }
    Reading poll(std::stop_token stop) override;

  private:
    SharedKnobs knobs_;
};

}  // namespace wisp::throttle
