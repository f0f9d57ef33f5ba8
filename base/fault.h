// SPDX-License-Identifier: Apache-2.0
// Fault points and rule switches for tests. Compiled in with WISP_FAULTS only; in a release build
// point() is nothing and rule_off() is false.
//
// WISP_FAULT="name:action[:argument]" in the environment arms one point:
//   kill        SIGKILL to ourselves, as `kill -9` at this very line
//   sleep:MS    stand still for MS milliseconds
//   fail        throw std::runtime_error
//   wait:FILE   the first time: make FILE and stand still until somebody removes it
// WISP_RULES_OFF="R2,R3" switches rules of correctness off, to show that a test then loses rows.
#pragma once

#include <string_view>

namespace wisp::fault {

#ifdef WISP_FAULTS
/// Acts if `name` is the armed fault point.
void point(std::string_view name);
/// True if the test asked to break this rule ("R1".."R12").
[[nodiscard]] bool rule_off(std::string_view rule);
#else
inline void point(std::string_view) {}
[[nodiscard]] constexpr bool rule_off(std::string_view) {
    return false;
}
#endif

}  // namespace wisp::fault
