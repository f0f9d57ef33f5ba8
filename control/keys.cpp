// SPDX-License-Identifier: Apache-2.0
#include "control/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace wisp::control {
namespace {

struct Key {
    char key;
    std::string_view word;     // in the line of keys
    std::string_view command;  // as over the socket
    std::string_view help;
};

constexpr std::string_view kPostpone = "postpone-cut-over-flag-file";
constexpr std::array kKeys{
    Key{'s', "status", "status", "settings and progress"},
    Key{'t', "throttle", "throttle", "copy and replay wait"},
    Key{'u', "unthrottle", "no-throttle", "they go on, if nothing else holds them"},
    Key{'p', "postpone", kPostpone, "makes the flag file again; the swap waits while it exists"},
    Key{'c', "cut over", "cut-over", "ends the postponement: swap now"},
    Key{'?', "help", "", "this list"},
};

std::string help() {
    std::string text;
    for (const Key& key : kKeys) {
        text += fmt::format("{}  {:<12} {}\n", key.key, key.word, key.help);
    }
    return text +
           "Ctrl-C ends the run, the table stays as it is. Everything else: wisp ctl SOCKET help\n";
}

/// The command with its argument.
std::string line_of(Console& console, const Key& key) {
    if (key.command != kPostpone) return std::string(key.command);
    return fmt::format("{}={}", key.command, console.controls().postponement.copy().file);
}

}  // namespace

std::string keys_line() {
    std::string text;
    for (const Key& key : kKeys) text += fmt::format("{} {}   ", key.key, key.word);
    return text + "Ctrl-C end";
}

std::string press(Console& console, char pressed, const std::stop_token& stop) {
    const auto* const key = std::find_if(kKeys.begin(), kKeys.end(),
                                         [&](const Key& known) { return known.key == pressed; });
    if (key == kKeys.end()) return {};
    if (key->command.empty()) return help();
    const Reply reply = console.answer(line_of(console, *key), stop);
    return reply.ok ? "" : fmt::format("{}: {}", key->word, reply.text);
}

}  // namespace wisp::control
