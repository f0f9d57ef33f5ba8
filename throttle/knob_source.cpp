// SPDX-License-Identifier: Apache-2.0
#include "throttle/knob_source.h"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>

namespace wisp::throttle {
namespace {

using Judge = Reading (*)(const Knobs&);

class KnobSource : public Source {
  public:
    KnobSource(std::string name, Judge judge, SharedKnobs knobs)
        : name_(std::move(name)), judge_(judge), knobs_(std::move(knobs)) {}

    [[nodiscard]] std::string name() const override { return name_; }
    [[nodiscard]] std::chrono::milliseconds period() const override {
        return std::chrono::milliseconds{100};
    }
    [[nodiscard]] bool remote() const override { return false; }
    Reading poll(std::stop_token /*stop*/) override { return knobs_->read(judge_); }

  private:
    std::string name_;
    Judge judge_;
    SharedKnobs knobs_;
};

}  // namespace

std::unique_ptr<Source> make_manual_hold(SharedKnobs knobs) {
    const auto judge = [](const Knobs& now) -> Reading {
        if (!now.hold) return {};
        return {Effect::kHoldAll, "commanded by user"};
    };
    return std::make_unique<KnobSource>("command", judge, std::move(knobs));
}

std::unique_ptr<Source> make_nice_ratio(SharedKnobs knobs) {
    const auto judge = [](const Knobs& now) -> Reading {
        if (now.nice_ratio <= 0) return {};
        return {Effect::kSlowCopy, fmt::format("{} s of rest after each second", now.nice_ratio),
                now.nice_ratio};
    };
    return std::make_unique<KnobSource>("nice-ratio", judge, std::move(knobs));
}

}  // namespace wisp::throttle
