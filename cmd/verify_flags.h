// SPDX-License-Identifier: Apache-2.0
// Flags of `wisp verify`: which servers, which tables, at what pace; whether to mend.
#pragma once

#include <string>
#include <vector>

#include "base/expected.h"
#include "drift/options.h"

namespace wisp::cmd {

struct VerifyFlags {
    drift::Options options;
    std::string report;   // file for the JSON report; "-" is standard output, empty: none
    bool repair = false;  // mend the rows that were found, in place
    bool verbose = false;
    bool debug = false;
    bool quiet = false;
    bool help = false;
};

/// Parses what follows `wisp verify`. Fails with a sentence.
[[nodiscard]] Expected<VerifyFlags> parse_verify_flags(const std::vector<std::string>& words);

/// The text of `wisp verify --help`.
[[nodiscard]] std::string verify_help();

}  // namespace wisp::cmd
