// SPDX-License-Identifier: Apache-2.0
// Knob source: what the operator asks for with a knob alone. Looks at nothing else.
#pragma once

#include <memory>

#include "throttle/knobs.h"
#include "throttle/source.h"

namespace wisp::throttle {

/// "command": Knobs::hold, set by interactive commands or code; holds both writers until taken
/// back.
[[nodiscard]] std::unique_ptr<Source> make_manual_hold(SharedKnobs knobs);
/// "nice-ratio": so many seconds of rest for the copy after each second of its work.
[[nodiscard]] std::unique_ptr<Source> make_nice_ratio(SharedKnobs knobs);

}  // namespace wisp::throttle
