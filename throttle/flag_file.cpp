// SPDX-License-Identifier: Apache-2.0
#include "throttle/flag_file.h"

#include <filesystem>
#include <system_error>
#include <utility>

namespace wisp::throttle {

FlagFile::FlagFile(std::string flag, std::string Knobs::*path, Effect effect, SharedKnobs knobs)
    : flag_(std::move(flag)), path_(path), effect_(effect), knobs_(std::move(knobs)) {}

std::chrono::milliseconds FlagFile::period() const {
    return std::chrono::milliseconds{100};
}

Reading FlagFile::poll(std::stop_token) {
    const auto path = knobs_->read([&](const Knobs& knobs) { return knobs.*path_; });
    // Throws if the path cannot be looked at (a directory without rights): that is not "absent".
    if (path.empty() || !std::filesystem::exists(path)) return {};
    return {effect_, path + " exists"};
}

}  // namespace wisp::throttle
