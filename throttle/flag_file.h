// SPDX-License-Identifier: Apache-2.0
// Flag files: a file that exists holds both writers, the panic file ends the run.
#pragma once

#include <chrono>
#include <string>

#include "throttle/source.h"

namespace wisp::throttle {

class FlagFile : public Source {
  public:
    /// `flag` is the option that named the file, e.g. "throttle-flag-file".
    FlagFile(std::string flag, std::string path, Effect effect);

    [[nodiscard]] std::string name() const override { return flag_; }
    [[nodiscard]] std::chrono::milliseconds period() const override;
    [[nodiscard]] bool remote() const override { return false; }
    Reading poll(std::stop_token stop) override;

  private:
    std::string flag_;
    std::string path_;
    Effect effect_;
};

}  // namespace wisp::throttle
