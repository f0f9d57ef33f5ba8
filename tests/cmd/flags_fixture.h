// SPDX-License-Identifier: Apache-2.0
// Parses words as `wisp migrate` does, with nothing of this process's environment.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "cmd/flags.h"

namespace wisp::cmd {

using Words = std::vector<std::string>;

class FlagsTest : public ::testing::Test {
  protected:
    FlagsTest() { ::unsetenv("WISP_PASSWORD"); }
    ~FlagsTest() override { ::unsetenv("WISP_PASSWORD"); }

    /// With an --alter, which every run needs.
    static Expected<MigrateFlags> parse(Words words) {
        words.emplace_back("--alter=ENGINE=InnoDB");
        return parse_migrate_flags(words);
    }
    static MigrateFlags parsed(const Words& words) {
        auto flags = parse(words);
        if (flags) return *flags;
        ADD_FAILURE() << flags.error();
        return {};
    }
    /// What is wrong with exactly these words; empty if nothing is.
    static std::string failure(const Words& words) {
        const auto flags = parse_migrate_flags(words);
        return flags ? "" : flags.error();
    }
    static std::string error(const Words& words) {
        const auto flags = parse(words);
        return flags ? "" : flags.error();
    }
};

}  // namespace wisp::cmd
