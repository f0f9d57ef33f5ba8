// SPDX-License-Identifier: Apache-2.0
// Exit codes of all commands.
#pragma once

namespace wisp::cmd {

constexpr int kOk = 0;
constexpr int kFailed = 1;
constexpr int kWrongFlags = 2;
constexpr int kDrifted = 3;    // verify: a replica is not what the primary has
constexpr int kUndecided = 4;  // verify: nothing has drifted, but something was not compared

}  // namespace wisp::cmd
