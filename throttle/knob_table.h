// SPDX-License-Identifier: Apache-2.0
// Knob table: each knob by the name of its flag, as text. The one place that knows how a value is
// written and what it may be: flags, and whoever changes a knob while a run goes on, come here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "throttle/knobs.h"

namespace wisp::throttle {

/// Names of all knobs: "max-lag-millis", "throttle-query", …
[[nodiscard]] std::vector<std::string> knob_names();

/// Fails with a sentence that begins with the name, and changes nothing then. Empty text turns a
/// source off, where that has a meaning. Any thread; it takes effect with the source's next poll.
[[nodiscard]] Expected<void> set_knob(const SharedKnobs& knobs, std::string_view name,
                                      std::string_view text);
[[nodiscard]] Expected<void> set_knob(Knobs& knobs, std::string_view name, std::string_view text);

/// The value as set_knob() understands it; nullopt if there is no such knob.
[[nodiscard]] std::optional<std::string> knob_text(const Knobs& knobs, std::string_view name);

}  // namespace wisp::throttle
