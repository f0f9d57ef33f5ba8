// SPDX-License-Identifier: Apache-2.0
#include "cmd/secrets.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string_view>

#include "base/terminal_mode.h"
#include "throttle/http.h"

namespace wisp::cmd {
namespace {

std::string trimmed(const std::string& text) {
    constexpr const char* kBlank = " \t\r";
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// A value as MySQL's own option files have it: quoted, or up to a blank and a "#".
std::string value_of(const std::string& text) {
    std::string value = trimmed(text);
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'')) {
        const auto end = value.find(value.front(), 1);
        if (end != std::string::npos) return value.substr(1, end - 1);
    }
    const auto comment = value.find(" #");
    return comment == std::string::npos ? value : trimmed(value.substr(0, comment));
}

Expected<std::string> from_environment(const std::string& value) {
    if (!value.starts_with("${") || !value.ends_with("}")) return value;
    const std::string name = value.substr(2, value.size() - 3);
    const char* found = std::getenv(name.c_str());
    if (found == nullptr)
        return Unexpected(
            fmt::format("{} is not in the environment; export it, or write the value here", name));
    return std::string(found);
}

void overwrite(char* text) {
    std::memset(text, 'x', std::strlen(text));
}

/// "user:password@" of an URL.
void overwrite_credentials(char* url) {
    const std::string_view text(url);
    const auto hidden = text.size() - throttle::without_credentials(text).size();
    if (hidden > 0) std::memset(url + text.find("://") + 3, 'x', hidden - 1);
}

}  // namespace

Expected<std::map<std::string, std::string>> read_option_file(const std::string& path) {
    std::ifstream file(path);
    if (!file) return Unexpected(fmt::format("{} cannot be read: {}", path, std::strerror(errno)));
    std::map<std::string, std::string> settings;
    std::string group;
    unsigned number = 0;
    for (std::string line; std::getline(file, line);) {
        ++number;
        line = trimmed(line);
        if (line.empty() || line[0] == '#' || line[0] == ';' || line[0] == '!') continue;
        if (line[0] == '[') {
            const auto end = line.find(']');
            if (end == std::string::npos) {
                return Unexpected(fmt::format("{}, line {}: no ] ends the group", path, number));
            }
            group = trimmed(line.substr(1, end - 1));
            continue;
        }
        if (group != "client" && group != "osc") continue;  // for other programs
        const auto equals = line.find('=');
        std::string name = trimmed(line.substr(0, equals));
        std::replace(name.begin(), name.end(), '-', '_');
        const auto value =
            from_environment(equals == std::string::npos ? "" : value_of(line.substr(equals + 1)));
        if (!value) {
            return Unexpected(fmt::format("{}, line {}: {}", path, number, value.error()));
        }
        settings[group + "." + name] = *value;
    }
    return settings;
}

Expected<std::string> read_secret_file(const std::string& path, const std::string& flag) {
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line)) {
        return Unexpected(fmt::format("--{}: {} has no first line that can be read", flag, path));
    }
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return line;
}

Expected<std::string> ask_password() {
    std::string line;
    fmt::print(stderr, "Password: ");
    if (::isatty(STDIN_FILENO) != 0) {
        const terminal::Mode hidden(terminal::Input::kHidden);
        std::getline(std::cin, line);
    } else {
        std::getline(std::cin, line);
    }
    fmt::print(stderr, "\n");
    if (!std::cin) return Unexpected("--ask-pass: nothing was typed");
    return line;
}

void hide_arguments(int count, char** words) {
    for (int i = 1; i < count; ++i) {
        const std::string_view word(words[i]);
        const auto begin = word.find_first_not_of('-');
        if (begin > 2) continue;
        const auto equals = word.find('=');
        const auto name = word.substr(begin, equals - begin);
        const bool url = name == "throttle-http";
        if (begin == 0 && !(url && equals != std::string_view::npos)) continue;  // `wisp ctl`
        if (!url && name != "password" && name != "master-password") continue;
        if (equals == std::string_view::npos && i + 1 == count) return;
        char* const value = equals == std::string_view::npos ? words[++i] : words[i] + equals + 1;
        url ? overwrite_credentials(value) : overwrite(value);
    }
}

}  // namespace wisp::cmd
