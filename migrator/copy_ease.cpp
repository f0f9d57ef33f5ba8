// SPDX-License-Identifier: Apache-2.0
#include "migrator/copy_ease.h"

#include <algorithm>

namespace wisp::migrator {
namespace {

/// Of a chunk: shorter ones spend more on fences.
constexpr std::chrono::milliseconds kShort{100};
/// Of a slice: shorter ones spend more on their ends and commits.
constexpr std::chrono::milliseconds kSlice{20};

}  // namespace

Ease copy_ease(const Look& look, std::chrono::milliseconds aim) {
    if (!others_at_work(look)) return {aim, aim};
    const auto chunk = std::min(aim, kShort);
    return {chunk, std::min(chunk, kSlice)};
}

}  // namespace wisp::migrator
