// SPDX-License-Identifier: Apache-2.0
#include "migrator/copy_ease.h"

#include <algorithm>
#include <array>
#include <utility>

namespace wisp::migrator {
namespace {

/// Of a chunk: shorter ones spend more on fences.
constexpr std::chrono::milliseconds kShort{100};
/// Of a slice: shorter ones spend more on their ends and commits.
constexpr std::chrono::milliseconds kSlice{20};
/// Longer rests help nobody: replay, which cannot rest, then goes on for longer as well.
constexpr std::array kRests{0.0, 0.25, 0.5};
constexpr std::chrono::seconds kStep{1};  // what was read before a change says nothing of it
constexpr double kRelaxed = 0.6;          // of the limit; less, or it would swing

}  // namespace

CopyEase::CopyEase(std::chrono::milliseconds aim, Look calm)
    : aim_(aim), calm_(std::move(calm)), changed_(calm_.now) {}

void CopyEase::begin(const Look& calm) {
    calm_ = calm;
    changed_ = calm.now;
}

Ease CopyEase::steer(const Look& look, bool fewest) {
    if (!others_at_work(look)) {
        step_ = 0;
        return {aim_, aim_, kRests[0]};
    }
    if (look.commit_ms && look.now - changed_ >= kStep) {
        const double limit = longest_commit_ms(look, calm_);
        const auto before = step_;
        if (*look.commit_ms > limit && fewest) step_ = std::min(step_ + 1, kRests.size() - 1);
        if (*look.commit_ms < kRelaxed * limit && step_ > 0) --step_;
        if (step_ != before) changed_ = look.now;
    }
    const auto chunk = std::min(aim_, kShort);
    return {chunk, std::min(chunk, kSlice), kRests[step_]};
}

}  // namespace wisp::migrator
