// SPDX-License-Identifier: Apache-2.0
// Pace: slower as a number nears its limit, instead of full speed and standstill by turns. Up to
// two fifths of the limit the copy has its full pace, from there on it shrinks by the same factor
// for each step nearer, and beyond the limit the copy stands. No memory, no clock, no I/O.
//
// Why a factor: a number like lag grows by (what the copy writes / what the replica bears - 1) each
// second. With a factor the answer to a deviation is the same however fast the copy is, so that one
// curve is stable for all (the number settles where the pace is what is borne); with a straight
// line it swings about the limit as soon as the copy is much too fast.
// tests/throttle/pace_test.cpp.
#pragma once

#include <string>

#include "throttle/source.h"

namespace wisp::throttle {

constexpr double kFullPaceBelow = 0.4;  // of the limit
constexpr double kLeastPace = 0.05;     // just below the limit

/// The share of full pace, 1 … kLeastPace; `ratio`: number / limit.
[[nodiscard]] double pace_at(double ratio);

/// `over`: the limit is passed, the copy is to stand. `reason` names number and limit.
[[nodiscard]] Reading judge_number(const Measure& measure, bool over, std::string reason);

}  // namespace wisp::throttle
