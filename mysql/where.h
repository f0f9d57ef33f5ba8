// SPDX-License-Identifier: Apache-2.0
// Where: the caller's place in our source, for errors. The standard's type; clang-tidy 14 cannot
// read libstdc++'s (it lacks the builtin) and gets the older one that looks the same.
#pragma once

#if __has_builtin(__builtin_source_location)
#include <source_location>
namespace wisp::mysql {
using Where = std::source_location;
}  // namespace wisp::mysql
#else
#include <experimental/source_location>
namespace wisp::mysql {
using Where = std::experimental::source_location;
}  // namespace wisp::mysql
#endif
