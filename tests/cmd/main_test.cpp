// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/program.h"

namespace wisp::cmd {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// README: a link named gh-ost.
TEST(Main, IsWispMigrateWhenCalledByALinkNamedGhost) {
    const test::TmpFolder folder;
    const auto link = folder.file("gh-ost");
    std::filesystem::create_symlink(WISP_PROGRAM, link);
    EXPECT_THAT(test::run_program({link, "--version"}).out, StartsWith("wisp "));
    EXPECT_EQ(test::run_program({link, "-check-flag", "--exact-rowcount"}).exit_code, 0);
    const auto wrong = test::run_program({link, "--no-such-flag"});
    EXPECT_EQ(wrong.exit_code, 2);
    EXPECT_THAT(wrong.err, HasSubstr("wisp migrate: "));
    EXPECT_EQ(test::run_program({WISP_PROGRAM, "--check-flag"}).exit_code, 2);
}

}  // namespace
}  // namespace wisp::cmd
