// SPDX-License-Identifier: Apache-2.0
// Cut-over state machine: which step follows which outcome. No I/O, so every interleaving is a unit
// test; cutover_driver.cpp walks it with a driver that acts on the servers.
#pragma once

#include <cstdint>

namespace wisp::migrator {

enum class CutoverState : std::uint8_t {
    kLocking,     // next: take the write lock on the source table
    kDraining,    // next: replay up to a marker written under the lock
    kRenaming,    // next: swap
    kLooking,     // next: the rename's fate is unknown, look at the server
    kReleasing,   // next: take everything back, let writes flow
    kSwapped,     // end: the ghost is the table now
    kNotSwapped,  // end of this attempt: everything is as before
    kAmbiguous,   // end: the server shows neither; nothing more is touched
};

enum class Outcome : std::uint8_t {
    kOk,
    kTimeout,  // not done within the attempt's limit
    kFailed,   // the server refused; it says so, so nothing happened
    kLost,     // the connection that held the lock is gone, and so is the lock
    kInDoubt,  // the rename was sent and no answer came
    kSawSwapped,
    kSawUnswapped,
    kSawNeither,
};

/// What follows. Outcomes that cannot come from a state lead to kReleasing: the safe way out.
[[nodiscard]] CutoverState next_state(CutoverState state, Outcome outcome);

[[nodiscard]] constexpr bool is_end(CutoverState state) {
    return state == CutoverState::kSwapped || state == CutoverState::kNotSwapped ||
           state == CutoverState::kAmbiguous;
}

[[nodiscard]] const char* to_string(CutoverState state);

}  // namespace wisp::migrator
