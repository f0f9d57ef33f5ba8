// SPDX-License-Identifier: Apache-2.0
#include "cmd/flag_table.h"

#include <fmt/format.h>

#include <sstream>

namespace wisp::cmd {
namespace {

constexpr std::size_t kColumn = 38;  // where texts begin
constexpr std::size_t kWidth = 100;

std::string title_of(const FlagText& flag) {
    return "--" + flag.name + (flag.value.empty() ? "" : "=" + flag.value);
}

/// What is said of it: for those without effect, that as well.
std::string said_of(const FlagText& flag) {
    if (flag.use == Use::kWithoutEffect) return "no effect: " + flag.text;
    return flag.text;
}

std::string described(const FlagText& flag) {
    std::string text = said_of(flag);
    if (!flag.standard.empty()) text += fmt::format(" ({})", flag.standard);
    return text;
}

/// "[limits.md](limits.md)" as a terminal has it: "docs/limits.md".
std::string without_links(std::string text) {
    for (std::size_t open = 0; (open = text.find('[', open)) != std::string::npos; ++open) {
        const auto middle = text.find("](", open);
        const auto close = middle == std::string::npos ? middle : text.find(')', middle);
        if (close == std::string::npos) break;
        const std::string page = text.substr(middle + 2, close - middle - 2);
        text.replace(open, close - open + 1, "docs/" + page);
    }
    return text;
}

/// A "|" would end the cell, within code, too.
std::string in_cell(std::string text) {
    for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) {
        text.insert(at, "\\");
    }
    return text;
}

void append_wrapped(std::string& out, const std::string& title, const std::string& text) {
    std::string line = "  " + title;
    line.resize(std::max(line.size() + 2, kColumn), ' ');
    std::stringstream words(text);
    bool fresh = true;
    for (std::string word; words >> word;) {
        if (!fresh && line.size() + 1 + word.size() > kWidth) {
            out += line + "\n";
            line = std::string(kColumn, ' ');
            fresh = true;
        }
        if (!fresh) line += " ";
        line += word;
        fresh = false;
    }
    out += line + "\n";
}

}  // namespace

std::string help_of(const std::vector<FlagTexts>& groups, bool all) {
    std::string out;
    for (const auto& group : groups) {
        std::string part;
        for (const auto& flag : group.flags) {
            if (!all && flag.use != Use::kEveryday) continue;
            append_wrapped(part, title_of(flag), without_links(described(flag)));
        }
        if (!part.empty()) out += "\n" + group.title + "\n" + part;
    }
    return out;
}

std::string page_of(const std::vector<FlagTexts>& groups) {
    std::string out;
    for (const auto& group : groups) {
        out += fmt::format("\n## {}\n\n| flag | default | meaning |\n| --- | --- | --- |\n",
                           group.title);
        for (const auto& flag : group.flags) {
            out += fmt::format("| `{}` | {} | {} |\n", in_cell(title_of(flag)), flag.standard,
                               in_cell(said_of(flag)));
        }
    }
    return out;
}

std::string words_of(const std::vector<FlagTexts>& groups) {
    std::string out;
    for (const auto& group : groups) {
        for (const auto& flag : group.flags) {
            if (flag.use == Use::kWithoutEffect) continue;
            out += "--" + flag.name + (flag.value.empty() ? "\n" : "=\n");
        }
    }
    return out;
}

}  // namespace wisp::cmd
