// SPDX-License-Identifier: Apache-2.0
// Framed: texts in a Spool that can be read from the last to the first. Behind each stands its
// size, so that a reader coming from the end knows where it begins. Memory: one window, and one
// text.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "extract/spool.h"

namespace wisp::extract {

/// Ends the text that was appended to `out` from `begin` on.
void end_frame(std::string& out, std::size_t begin);

/// Calls `text` with each, the last one first. Stops with std::logic_error at anything else.
void read_backwards(Spool& spool, const std::function<void(std::string_view)>& text);

}  // namespace wisp::extract
