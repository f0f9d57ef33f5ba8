// SPDX-License-Identifier: Apache-2.0
// Times as operators read and write them. Everything is UTC unless an offset is given: a log says
// nothing of time zones, and a guess of the machine's own would be wrong on another machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/expected.h"

namespace wisp::extract {

/// "2026-11-03 10:11:12"
[[nodiscard]] std::string utc_text(std::int64_t seconds);

/// "2026-11-03 10:11:12", with "T" between, without seconds or without the whole time, with "Z",
/// "UTC", "+02:00" or "-0500" behind it; or "@1793700672".
[[nodiscard]] Expected<std::int64_t> parse_time(std::string_view text);

}  // namespace wisp::extract
