// SPDX-License-Identifier: Apache-2.0
#include "localtests/load/script.h"

#include <charconv>
#include <numeric>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace wisp::load {

namespace {

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

template <typename Number>
std::optional<Number> to_number(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<Ending> to_ending(std::string_view name) {
    static const std::map<std::string_view, Ending> kEndings = {
        {"commit", Ending::kCommit},      {"rollback", Ending::kRollback},
        {"xa-commit", Ending::kXaCommit}, {"xa-rollback", Ending::kXaRollback},
        {"xa-mixed", Ending::kXaMixed},
    };
    const auto found = kEndings.find(name);
    return found == kEndings.end() ? std::nullopt : std::optional(found->second);
}

// One block while its lines are read.
struct Draft {
    Block block;
    bool session = false;
    std::string statement;

    // A line "-- name: value"; any other comment is skipped. False: a known name, a bad value.
    bool directive(std::string_view line) {
        const std::string_view text = trim(line.substr(2));
        if (text == "session") {
            session = true;
            return true;
        }
        const auto colon = text.find(": ");
        if (colon == std::string_view::npos) return true;
        const std::string_view name = text.substr(0, colon);
        const std::string_view value = trim(text.substr(colon + 1));
        if (name == "weight") {
            const auto number = to_number<unsigned>(value);
            block.weight = number.value_or(0);
            return block.weight > 0;
        }
        if (name == "hold") {
            const auto number = to_number<unsigned>(value);
            block.hold = std::chrono::milliseconds(number.value_or(0));
            return number.has_value();
        }
        if (name == "mode") {
            const auto ending = to_ending(value);
            block.ending = ending.value_or(Ending::kCommit);
            return ending.has_value();
        }
        return true;
    }

    void sql(std::string_view line) {
        if (!statement.empty()) statement += '\n';
        statement += line;
        if (!statement.ends_with(';')) return;
        statement.pop_back();
        if (!trim(statement).empty()) block.statements.push_back(std::move(statement));
        statement.clear();
    }
};

Expected<void> close(Draft& draft, Script& script) {
    if (!draft.statement.empty()) {
        return Unexpected("a statement does not end in ';': " + draft.statement);
    }
    if (draft.session) {
        script.session = std::move(draft.block.statements);
    } else if (!draft.block.statements.empty()) {
        script.blocks.push_back(std::move(draft.block));
    }
    draft = Draft{};
    return {};
}

std::string word(std::size_t length, std::string_view alphabet, Random& random) {
    std::uniform_int_distribution<std::size_t> pick(0, alphabet.size() - 1);
    std::string text(length, ' ');
    for (char& c : text) c = alphabet[pick(random)];
    return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

std::runtime_error unknown(std::string_view placeholder) {
    return std::runtime_error("load file: placeholder {" + std::string(placeholder) +
                              "} is not known, or its arguments are wrong");
}

// The text for kind and arguments, e.g. r and {"1", "1000"}; nullopt if they make no sense.
std::optional<std::string> generate(std::string_view kind,
                                    const std::vector<std::string_view>& arguments,
                                    Random& random) {
    if (kind == "r" && arguments.size() == 2) {
        const auto low = to_number<std::int64_t>(arguments[0]);
        const auto high = to_number<std::int64_t>(arguments[1]);
        if (!low || !high || *low > *high) return std::nullopt;
        return std::to_string(std::uniform_int_distribution<std::int64_t>(*low, *high)(random));
    }
    if (kind == "p" && arguments.size() == 1) {
        const auto choices = split(arguments[0], '|');
        std::uniform_int_distribution<std::size_t> pick(0, choices.size() - 1);
        return std::string(choices[pick(random)]);
    }
    if ((kind != "s" && kind != "x") || arguments.size() != 1) return std::nullopt;
    const auto length = to_number<std::size_t>(arguments[0]);
    if (!length) return std::nullopt;
    return word(*length, kind == "s" ? "abcdefghijklmnopqrstuvwxyz" : "0123456789abcdef", random);
}

// "r:name:1:9" -> kind "r", name "name", arguments "1", "9". The choices of p are one argument,
// whatever is in them.
struct Placeholder {
    std::string_view kind;
    std::string_view name;
    std::vector<std::string_view> arguments;
};

Placeholder parse_placeholder(std::string_view text) {
    const auto colon = text.find(':');
    Placeholder parsed{text.substr(0, colon), {}, {}};
    if (colon == std::string_view::npos) return parsed;
    if (parsed.kind == "p") {
        parsed.arguments = {text.substr(colon + 1)};
        return parsed;
    }
    parsed.arguments = split(text.substr(colon + 1), ':');
    if (parsed.arguments.size() == (parsed.kind == "r" ? 3 : 2)) {
        parsed.name = parsed.arguments.front();
        parsed.arguments.erase(parsed.arguments.begin());
    }
    return parsed;
}

std::string resolve(std::string_view text, Values& values, Random& random) {
    if (const auto known = values.find(text); known != values.end()) return known->second;
    const Placeholder placeholder = parse_placeholder(text);
    auto value = generate(placeholder.kind, placeholder.arguments, random);
    if (!value) throw unknown(text);
    if (!placeholder.name.empty()) {
        values.insert_or_assign(std::string(placeholder.name), *value);
    }
    return *value;
}

}  // namespace

Expected<Script> parse_script(std::string_view text) {
    Script script;
    Draft draft;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        const std::string_view content = trim(line);
        if (content == "---") {
            if (auto closed = close(draft, script); !closed) return Unexpected(closed.error());
        } else if (content.starts_with("--") && draft.statement.empty()) {
            if (!draft.directive(content)) return Unexpected("bad directive: " + line);
        } else if (!content.empty()) {
            draft.sql(content);
        }
    }
    if (auto closed = close(draft, script); !closed) return Unexpected(closed.error());
    if (script.blocks.empty()) return Unexpected(std::string("the load file has no transaction"));
    return script;
}

std::string expand(std::string_view statement, Values& values, Random& random) {
    std::string text;
    while (true) {
        const auto open = statement.find('{');
        const auto end = statement.find('}', open);
        if (open == std::string_view::npos || end == std::string_view::npos) {
            return text.append(statement);
        }
        const std::string_view placeholder = statement.substr(open + 1, end - open - 1);
        text.append(statement.substr(0, open));
        if (placeholder == "T" || placeholder == "auto") {
            text.append(statement.substr(open, end - open + 1));
        } else {
            text.append(resolve(placeholder, values, random));
        }
        statement.remove_prefix(end + 1);
    }
}

std::string aim(std::string_view statement, std::string_view table, std::string_view auto_value) {
    std::string text;
    while (!statement.empty()) {
        const auto open = statement.find('{');
        text.append(statement.substr(0, open));
        if (open == std::string_view::npos) break;
        statement.remove_prefix(open);
        if (statement.starts_with("{T}")) {
            text.append(table);
            statement.remove_prefix(3);
        } else if (statement.starts_with("{auto}")) {
            text.append(auto_value);
            statement.remove_prefix(6);
        } else {
            text.push_back('{');
            statement.remove_prefix(1);
        }
    }
    return text;
}

const Block& draw(const Script& script, Random& random) {
    const unsigned total =
        std::accumulate(script.blocks.begin(), script.blocks.end(), 0U,
                        [](unsigned sum, const Block& block) { return sum + block.weight; });
    unsigned left = std::uniform_int_distribution<unsigned>(0, total - 1)(random);
    for (const Block& block : script.blocks) {
        if (left < block.weight) return block;
        left -= block.weight;
    }
    return script.blocks.back();
}

}  // namespace wisp::load
