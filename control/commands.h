// SPDX-License-Identifier: Apache-2.0
// The table of commands: every verb once, with its aliases, its help and what it does.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/console.h"

namespace wisp::control {

using Argument = std::optional<std::string>;

struct Command {
    std::vector<std::string> names;  // the first is the one to show
    std::string usage;               // "=<rows>"; empty: no argument
    std::string help;
    std::function<Reply(Console&, const Argument&)> run;
    bool at_once = false;  // done before the gate is asked, which cannot refuse it
};

/// In the order of the help.
[[nodiscard]] const std::vector<Command>& commands();
/// Those that read or set what throttles the run.
[[nodiscard]] std::vector<Command> throttle_commands();
/// Null if there is none of that name.
[[nodiscard]] const Command* find_command(std::string_view verb);
/// The text of the command `help`.
[[nodiscard]] std::string help_text();

[[nodiscard]] inline Reply refused(std::string why) {
    return {std::move(why) + "\n", false};
}
[[nodiscard]] inline Reply told(std::string text) {
    return {std::move(text) + "\n", true};
}
/// True for "?": the operator asks for the present value.
[[nodiscard]] inline bool asks(const Argument& argument) {
    return argument && *argument == "?";
}
/// Why a command that may name a table is not for this run; nullopt: it is. `must` be named.
[[nodiscard]] std::optional<std::string> wrong_table(Console& console, const Argument& argument,
                                                     const char* flag_that_demands_it);
/// A whole number kept within bounds; nullopt if it is none.
[[nodiscard]] std::optional<long long> clamped(const std::string& text, long long low,
                                               long long high);

}  // namespace wisp::control
