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

enum class Format : unsigned char {
    kText,
    kJson,  // one object a line: {"time":"2026-01-31T23:59:59.000Z","level":"info","message":"…"}
};

/// Sets format and level of the process's logger. Call once, before threads start.
void set_up(spdlog::level::level_enum level, Format format = Format::kText);

}  // namespace wisp::log
