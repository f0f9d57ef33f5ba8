// SPDX-License-Identifier: Apache-2.0
// Words of a command line: how flags are declared and how they may be written. gh-ost's ways:
// -name and --name, a value behind "=" or as the next word, booleans with a value only behind "=".
#pragma once

#include <boost/program_options.hpp>
#include <map>
#include <string>
#include <vector>

#include "base/expected.h"

namespace wisp::cmd {

/// Which flags were written, with their last value; no switch that was switched off, no number 0.
struct GivenFlags {
    std::map<std::string, std::string> values;
    /// Given, with a value.
    [[nodiscard]] bool is_on(const std::string& name) const;
    /// Given, as "--name=".
    [[nodiscard]] bool is_empty(const std::string& name) const;
};

[[nodiscard]] boost::program_options::typed_value<bool>* flag(bool* target, bool standard = false);

template <typename T>
[[nodiscard]] boost::program_options::typed_value<T>* value(T* target, const char* name) {
    return boost::program_options::value<T>(target)->value_name(name);
}

/// Sets the targets of `all` from the words; of a flag given twice the last one counts. Words that
/// stand alone go to `others` in their order; null: there must be none. `command` is for messages:
/// "wisp migrate". `given`, if there, gets what was written.
[[nodiscard]] Expected<void> read_flags(const std::vector<std::string>& words,
                                        const boost::program_options::options_description& all,
                                        const std::string& command,
                                        std::vector<std::string>* others = nullptr,
                                        GivenFlags* given = nullptr);

}  // namespace wisp::cmd
