// SPDX-License-Identifier: Apache-2.0
// The rates that a forecast reckons with. Low on purpose: `bench/run --copiers 1` on two idle
// cores of a virtual machine, MySQL 9.7 with sync_binlog=1, goes two to five times as fast; under
// load it comes closer, and a run that is done early disappoints nobody. The index build's rate is
// a guess, that no script measures. docs/limits.md names them.
#pragma once

namespace wisp::migrator::rates {

inline constexpr double kCopiedRows = 25'000;      // a second, with one copier
inline constexpr double kCopiedBytes = 10e6;       // of data
inline constexpr double kVerifiedRows = 100'000;   // a second
inline constexpr double kVerifiedBytes = 40e6;     // of data
inline constexpr double kReplayedChanges = 5'000;  // row changes a second, of different rows
inline constexpr double kIndexedBytes = 10e6;      // of index a second, built by one ALTER

}  // namespace wisp::migrator::rates
