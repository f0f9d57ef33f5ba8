// SPDX-License-Identifier: Apache-2.0
// Points of a run at which hooks are called.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace wisp::hooks {

enum class Point : std::uint8_t {
    kStartup,
    kValidated,
    kRowcountComplete,
    kBeforeRowCopy,
    kBatchCopyRetry,
    kStatus,
    kInteractiveCommand,
    kRowCopyComplete,
    kBeforeCutOver,
    kBeginPostponed,
    kCutOverAttempt,  // before each attempt
    kCutOverFailure,  // after each that failed
    kStopReplication,
    kStartReplication,
    kSuccess,
    kFailure,
    kCleanup,
};
inline constexpr std::size_t kPoints = static_cast<std::size_t>(Point::kCleanup) + 1;

/// "on-startup". A hook's file name is "gh-ost-" or "wisp-", this, and anything more; so no name is
/// the beginning of another.
[[nodiscard]] const char* name(Point point);

}  // namespace wisp::hooks
