// SPDX-License-Identifier: Apache-2.0
// Flag files: a file that exists holds both writers, the panic file ends the run.
#pragma once

#include <chrono>
#include <string>

#include "throttle/knobs.h"
#include "throttle/source.h"

namespace wisp::throttle {

class FlagFile : public Source {
  public:
    /// `flag` is the option that names the file, e.g. "throttle-flag-file"; `path` the knob with
    /// it.
    FlagFile(std::string flag, std::string Knobs::*path, Effect effect, SharedKnobs knobs);

    [[nodiscard]] std::string name() const override { return flag_; }
    [[nodiscard]] std::chrono::milliseconds period() const override;
    [[nodiscard]] bool remote() const override { return false; }
    Reading poll(std::stop_token stop) override;

  private:
    std::string flag_;
    std::string Knobs::*path_;
    Effect effect_;
    SharedKnobs knobs_;
};

}  // namespace wisp::throttle
