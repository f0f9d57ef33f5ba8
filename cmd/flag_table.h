// SPDX-License-Identifier: Apache-2.0
// A command's flags as one table: what they are called, how they are bound to options, and what the
// help, the documentation and the shells' completion say of them.
#pragma once

#include <boost/program_options.hpp>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace wisp::cmd {

enum class Use : unsigned char {
    kEveryday,       // shown by --help
    kRare,           // shown by --help=all
    kWithoutEffect,  // accepted with one warning: `text` is why it does nothing
};

template <typename Target>
struct Flag {
    const char* name;
    const char* value;     // what stands for it in the help; "" for a switch
    const char* standard;  // the default as people read it; may be empty
    Use use;
    const char* text;
    /// Binds the flag to where its value goes; none if that is nowhere.
    std::function<boost::program_options::value_semantic*(Target&)> bind;
};

template <typename Target>
struct FlagGroup {
    const char* title;
    std::vector<Flag<Target>> flags;
};

/// The same without its binding: for texts.
struct FlagText {
    std::string name;
    std::string value;
    std::string standard;
    Use use;
    std::string text;
};
struct FlagTexts {
    std::string title;
    std::vector<FlagText> flags;
};

template <typename Target>
[[nodiscard]] std::vector<FlagTexts> texts(const std::vector<FlagGroup<Target>>& table) {
    std::vector<FlagTexts> all;
    for (const auto& group : table) {
        FlagTexts& part = all.emplace_back(FlagTexts{group.title, {}});
        for (const auto& flag : group.flags) {
            part.flags.push_back({flag.name, flag.value, flag.standard, flag.use, flag.text});
        }
    }
    return all;
}

/// Those of these names, in the table's order; groups without any are left out.
template <typename Target>
[[nodiscard]] std::vector<FlagGroup<Target>> picked(const std::vector<FlagGroup<Target>>& table,
                                                    const std::set<std::string>& names) {
    std::vector<FlagGroup<Target>> some;
    for (const auto& group : table) {
        FlagGroup<Target> part{group.title, {}};
        for (const auto& flag : group.flags) {
            if (names.contains(flag.name)) part.flags.push_back(flag);
        }
        if (!part.flags.empty()) some.push_back(std::move(part));
    }
    return some;
}

/// The flags as Boost wants them.
template <typename Target>
[[nodiscard]] boost::program_options::options_description bound(
    const std::vector<FlagGroup<Target>>& table, Target& target) {
    namespace po = boost::program_options;
    po::options_description all;
    for (const auto& group : table) {
        for (const auto& flag : group.flags) {
            const po::value_semantic* semantic = nullptr;
            if (flag.bind) {
                semantic = flag.bind(target);
            } else if (*flag.value == '\0') {
                semantic = po::value<bool>()->implicit_value(true, "");
            } else {
                // Taken as it stands: nobody reads it.
                semantic = po::value<std::string>()->value_name("ANY");
            }
            all.add_options()(flag.name, semantic, flag.text);
        }
    }
    return all;
}

/// For a terminal, lines of at most 100 columns; `all`: rare ones as well.
[[nodiscard]] std::string help_of(const std::vector<FlagTexts>& groups, bool all);
/// Markdown: a table for each group.
[[nodiscard]] std::string page_of(const std::vector<FlagTexts>& groups);
/// "--host=" a line; a switch without "=". For completion.
[[nodiscard]] std::string words_of(const std::vector<FlagTexts>& groups);

}  // namespace wisp::cmd
