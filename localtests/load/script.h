// SPDX-License-Identifier: Apache-2.0
// A load file: blocks of SQL with placeholders, one transaction each. Format: localtests/README.md.
// In: the file's text. Out: blocks a worker draws from and expands, the same way for a given seed.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"

namespace wisp::load {

enum class Ending : std::uint8_t { kCommit, kRollback, kXaCommit, kXaRollback, kXaMixed };

struct Block {
    std::vector<std::string> statements;  // with placeholders
    unsigned weight = 1;
    Ending ending = Ending::kCommit;
    std::chrono::milliseconds hold{
        0};  // pause before the commit (XA: between prepare and decision)
};

struct Script {
    std::vector<std::string> session;  // run once on each connection
    std::vector<Block> blocks;         // never empty
};

[[nodiscard]] Expected<Script> parse_script(std::string_view text);

using Random = std::mt19937_64;

/// Values drawn so far in one transaction, by name; also holds "now" and "thread".
using Values = std::map<std::string, std::string, std::less<>>;

/// Replaces all placeholders but {T} and {auto}. Throws std::runtime_error for one that is unknown.
[[nodiscard]] std::string expand(std::string_view statement, Values& values, Random& random);

/// An expanded statement aimed at one table: {T} and {auto} replaced.
[[nodiscard]] std::string aim(std::string_view statement, std::string_view table,
                              std::string_view auto_value);

/// Draws a block by weight.
[[nodiscard]] const Block& draw(const Script& script, Random& random);

}  // namespace wisp::load
