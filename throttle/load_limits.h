// SPDX-License-Identifier: Apache-2.0
// "Threads_running=25,Threads_connected=500" as data. Pure text; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"

namespace wisp::throttle {

struct LoadLimit {
    std::string variable;  // of SHOW GLOBAL STATUS
    std::int64_t limit = 0;
    bool operator==(const LoadLimit&) const = default;
};
using LoadLimits = std::vector<LoadLimit>;

/// Empty text is no limit. Fails on a missing "=", a name that is none, a limit that is no whole
/// number, a name given twice.
[[nodiscard]] Expected<LoadLimits> parse_load_limits(std::string_view text);
/// The same text back, in the given order.
[[nodiscard]] std::string to_string(const LoadLimits& limits);

}  // namespace wisp::throttle
