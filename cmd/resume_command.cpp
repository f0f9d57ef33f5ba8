// SPDX-License-Identifier: Apache-2.0
#include "cmd/resume_command.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

#include "throttle/http.h"

namespace wisp::cmd {
namespace {

constexpr std::array<std::string_view, 3> kSecrets{"password", "master-password",
                                                   "hooks-hint-token"};
constexpr std::array<std::string_view, 2> kLeftOut{"resume", "initially-drop-ghost-table"};

bool is_one_of(std::string_view name, const auto& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string quoted(const std::string& word) {
    constexpr std::string_view kPlain = "-_=./:,@%+";
    const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [&](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               kPlain.find(c) != std::string_view::npos;
    });
    if (plain) return word;
    std::string text = "'";
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

/// "table" of "--table=t" and "-table"; empty for a word that is no flag.
std::string_view name_of(std::string_view word, std::size_t equals) {
    if (!word.starts_with('-')) return {};
    word = word.substr(0, equals);
    word.remove_prefix(word.starts_with("--") ? 2 : 1);
    return word;
}

}  // namespace

std::string resume_command(const std::vector<std::string>& words) {
    std::string command = "wisp migrate";
    bool secret = false;  // the word is one
    bool url = false;     // the word is one, perhaps with a password in it
    for (const auto& word : words) {
        if (std::exchange(secret, false)) {
            command += " …";
            continue;
        }
        const auto equals = word.find('=');
        const auto name = name_of(word, equals);
        if (is_one_of(name, kLeftOut)) continue;
        if (std::exchange(url, false) || name == "throttle-http") {
            command += " " + quoted(throttle::without_credentials(word));
            url = name == "throttle-http" && equals == std::string::npos;
            continue;
        }
        if (!is_one_of(name, kSecrets)) {
            command += " " + quoted(word);
        } else if (equals != std::string::npos) {
            command += " " + word.substr(0, equals + 1) + "…";
        } else {
            command += " " + word;
            secret = true;
        }
    }
    return command + " --resume";
}

}  // namespace wisp::cmd
