// SPDX-License-Identifier: Apache-2.0
// Logging: spdlog to stderr, one line a fact, a key=value tail. Levels: error (the run will fail),
// warn (the operator should look), info (stage changes), debug (a chunk or batch each), trace.
#pragma once

#include <spdlog/spdlog.h>

namespace wisp::log {

using spdlog::debug;
using spdlog::error;
using spdlog::info;
using spdlog::trace;
using spdlog::warn;

/// Sets format and level of the process's logger. Call once, before threads start.
void set_up(spdlog::level::level_enum level);

}  // namespace wisp::log
