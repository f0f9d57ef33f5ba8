// SPDX-License-Identifier: Apache-2.0
// Exit codes of all commands. A script tells from them whether, and when, to try again.
#pragma once

namespace wisp::cmd {

constexpr int kOk = 0;
constexpr int kFailed = 1;
constexpr int kWrongFlags = 2;
constexpr int kDrifted = 3;    // verify: a replica is not what the primary has
constexpr int kUndecided = 4;  // verify: nothing has drifted, but something was not compared
// Of migrate:
constexpr int kRefused = 5;      // checks found something; nothing was touched
constexpr int kStopped = 6;      // by a signal, panic or the panic file
constexpr int kOverload = 7;     // by critical-load
constexpr int kNotSwapped = 8;   // every attempt of the cut-over failed
constexpr int kDiffers = 9;      // verification found rows that differ
constexpr int kUnclearEnd = 10;  // which table is which must be looked at

}  // namespace wisp::cmd
