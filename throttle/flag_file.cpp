// SPDX-License-Identifier: Apache-2.0
#include "throttle/flag_file.h"

#include <filesystem>
#include <system_error>
#include <utility>

namespace wisp::throttle {

FlagFile::FlagFile(std::string flag, std::string path, Effect effect)
    : flag_(std::move(flag)), path_(std::move(path)), effect_(effect) {}

std::chrono::milliseconds FlagFile::period() const {
    return std::chrono::milliseconds{100};
}

Reading FlagFile::poll(std::stop_token) {
    // Throws if the path cannot be looked at (a directory without rights): that is not "absent".
    if (!std::filesystem::exists(path_)) return {};
    return {effect_, path_ + " exists"};
}

}  // namespace wisp::throttle
