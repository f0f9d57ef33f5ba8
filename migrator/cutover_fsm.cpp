// SPDX-License-Identifier: Apache-2.0
#include "migrator/cutover_fsm.h"

namespace wisp::migrator {

CutoverState next_state(CutoverState state, Outcome outcome) {
    using enum CutoverState;
    switch (state) {
        case kLocking:
            return outcome == Outcome::kOk ? kDraining : kReleasing;
        case kDraining:
            return outcome == Outcome::kOk ? kRenaming : kReleasing;
        case kRenaming:
            if (outcome == Outcome::kOk) return kSwapped;
            // Lost or in doubt: the rename may have happened. Never guessed.
            if (outcome == Outcome::kLost || outcome == Outcome::kInDoubt) return kLooking;
            return kReleasing;
        case kLooking:
            if (outcome == Outcome::kSawSwapped) return kSwapped;
            if (outcome == Outcome::kSawUnswapped) return kReleasing;
            return kAmbiguous;
        case kReleasing:
            // Whatever else went wrong while releasing: the sessions are gone, so are their locks.
            return outcome == Outcome::kSawNeither ? kAmbiguous : kNotSwapped;
        case kSwapped:
        case kNotSwapped:
        case kAmbiguous:
            return state;
    }
    return kReleasing;
}

const char* to_string(CutoverState state) {
    switch (state) {
        case CutoverState::kLocking:
            return "locking";
        case CutoverState::kDraining:
            return "draining";
        case CutoverState::kRenaming:
            return "renaming";
        case CutoverState::kLooking:
            return "looking";
        case CutoverState::kReleasing:
            return "releasing";
        case CutoverState::kSwapped:
            return "swapped";
        case CutoverState::kNotSwapped:
            return "not swapped";
        case CutoverState::kAmbiguous:
            return "ambiguous";
    }
    return "unknown";
}

}  // namespace wisp::migrator
