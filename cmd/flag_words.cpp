// SPDX-License-Identifier: Apache-2.0
#include "cmd/flag_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

namespace wisp::cmd {
namespace {

namespace po = boost::program_options;

/// True for the flags whose value is a whole number, by the name of the value in the help.
bool is_number(const po::option_description& flag) {
    const std::string name = flag.semantic()->name();
    return name == "N" || name == "MS" || name == "S" || name == "ROWS" || name == "PORT";
}

/// "10" or "0.5", for flags that are given in SECONDS.
bool is_decimal(const std::string& value) {
    const bool plain = value.find_first_not_of("0123456789.") == std::string::npos;
    return plain && value.find_first_of("0123456789") != std::string::npos &&
           std::count(value.begin(), value.end(), '.') <= 1;
}

bool is_switch(const po::option_description& flag) {
    return dynamic_cast<const po::typed_value<bool>*>(flag.semantic().get()) != nullptr;
}

/// A switch's value, as Go's programs read it; nullopt: none.
std::optional<bool> switch_of(std::string value) {
    std::transform(value.begin(), value.end(), value.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const char* yes : {"true", "t", "1", "yes", "on"}) {
        if (value == yes) return true;
    }
    for (const char* no : {"false", "f", "0", "no", "off"}) {
        if (value == no) return false;
    }
    return std::nullopt;
}

/// Flags as "--name=value" each; a switch's value is "true" or "false".
Expected<std::vector<std::string>> normalized(const std::vector<std::string>& words,
                                              const po::options_description& all,
                                              const std::string& command,
                                              std::vector<std::string>* others) {
    std::vector<std::string> flags;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto begin = words[i].find_first_not_of('-');
        const bool alone = begin == 0 || begin > 2 || begin == std::string::npos;
        if (alone && others != nullptr) {
            others->push_back(words[i]);
            continue;
        }
        if (alone) {
            // It may be a password that was to be typed.
            const bool secret = i > 0 && words[i - 1].ends_with("-ask-pass");
            return Unexpected(fmt::format(
                "a word stands alone: {}; put the value of --alter in quotes",
                secret ? "the one behind --ask-pass" : fmt::format("\"{}\"", words[i])));
        }
        const auto equals = words[i].find('=');
        const std::string name = words[i].substr(begin, equals - begin);
        const auto* flag = all.find_nothrow(name, false);
        if (flag == nullptr) {
            // -pSECRET, as the servers' own clients take it.
            const bool secret = begin == 1 && name.starts_with('p');
            return Unexpected(fmt::format("unknown flag {}; see {} --help",
                                          secret ? "-p…" : "--" + name, command));
        }
        const bool boolean = flag->semantic()->min_tokens() == 0;
        std::string value = boolean ? "true" : "";
        if (equals != std::string::npos) {
            value = words[i].substr(equals + 1);
        } else if (!boolean) {
            if (++i == words.size()) return Unexpected(fmt::format("--{} needs a value", name));
            value = words[i];
        }
        if (is_switch(*flag)) {
            const auto on = switch_of(value);
            if (!on)
                return Unexpected(fmt::format("--{}={} is neither true nor false", name, value));
            value = *on ? "true" : "false";
        }
        const bool digits =
            !value.empty() && value.find_first_not_of("0123456789") == std::string::npos;
        if (is_number(*flag) && !digits) {
            return Unexpected(fmt::format("--{}={} is no whole number", name, value));
        }
        if (flag->semantic()->name() == "SECONDS" && !is_decimal(value)) {
            return Unexpected(fmt::format("--{}={} is no number", name, value));
        }
        flags.push_back(fmt::format("--{}={}", name, value));
    }
    return flags;
}

}  // namespace

bool GivenFlags::is_on(const std::string& name) const {
    const auto found = values.find(name);
    return found != values.end() && !found->second.empty();
}

bool GivenFlags::is_empty(const std::string& name) const {
    const auto found = values.find(name);
    return found != values.end() && found->second.empty();
}

po::typed_value<bool>* flag(bool* target, bool standard) {
    // --flag, --flag=true and --flag=false, as gh-ost's users write them.
    return po::value<bool>(target)->default_value(standard, "")->implicit_value(true, "");
}

Expected<void> read_flags(const std::vector<std::string>& words, const po::options_description& all,
                          const std::string& command, std::vector<std::string>* others,
                          GivenFlags* given) {
    const auto plain = normalized(words, all, command, others);
    if (!plain) return Unexpected(plain.error());
    std::map<std::string, std::string> last;
    for (const auto& word : *plain) {
        const auto equals = word.find('=');
        last[word.substr(2, equals - 2)] = word.substr(equals + 1);
    }
    try {
        namespace style = po::command_line_style;
        po::variables_map values;
        for (const auto& [name, value] : last) {
            const auto& known = all.find(name, false);
            const bool off =
                (is_switch(known) && value == "false") || (is_number(known) && value == "0");
            if (given != nullptr && !off) given->values[name] = value;
            if (value.empty()) continue;  // the default stays
            po::store(po::command_line_parser(
                          std::vector<std::string>{fmt::format("--{}={}", name, value)})
                          .options(all)
                          .style(style::allow_long | style::long_allow_adjacent)
                          .run(),
                      values);
        }
        po::notify(values);
    } catch (const po::error& error) {
        return Unexpected(fmt::format("{}; see {} --help", error.what(), command));
    }
    return {};
}

}  // namespace wisp::cmd
