// SPDX-License-Identifier: Apache-2.0
// contrib/completion, in the shells it is for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/program.h"

namespace wisp::cmd {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kFolder = WISP_COMPLETION;
const std::string kWisp = WISP_PROGRAM;

/// What bash offers after these words, one a line; the last one is being typed.
std::string in_bash(const std::string& words) {
    const auto run =
        test::run_program({"bash", "-c",
                           "source " + kFolder + "/wisp.bash; COMP_WORDS=(" + kWisp + " " + words +
                               "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _wisp; printf '%s\\n' "
                               "\"${COMPREPLY[@]}\""});
    EXPECT_EQ(run.err, "");
    return run.out;
}

/// The same of zsh, whose compadd prints what it is given here.
std::string in_zsh(const std::string& words) {
    const auto run = test::run_program(
        {"zsh", "-f", "-c",
         "compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -l -- \"$@\"; };"
         "_files() { print files; }; complete_wisp() { local -a words=(" +
             kWisp + " " + words + "); local CURRENT=${#words}; . " + kFolder +
             "/_wisp; }; complete_wisp"});
    EXPECT_EQ(run.err, "");
    return run.out;
}

TEST(BashCompletion, OffersCommandsThenFlags) {
    EXPECT_EQ(in_bash("mig"), "migrate\n");
    EXPECT_THAT(in_bash("migrate --throttle-f"), "--throttle-flag-file=\n");
    EXPECT_THAT(in_bash("migrate --execute --al"),
                AllOf(HasSubstr("--alter=\n"), HasSubstr("--allow-on-master\n")));
    EXPECT_THAT(in_bash("binlog r"), "rollback\n");
    EXPECT_THAT(in_bash("ctl /tmp/x.sock un"), "unpostpone\n");
}

TEST(BashCompletion, DoesNotOfferWhatHasNoEffect) {
    EXPECT_THAT(in_bash("migrate --"), AllOf(HasSubstr("--host=\n"), Not(HasSubstr("--tungsten"))));
}

TEST(ZshCompletion, OffersTheSame) {
    if (test::run_program({"sh", "-c", "command -v zsh"}).exit_code != 0) {
        GTEST_SKIP() << "zsh is not installed; script/bootstrap installs it";
    }
    EXPECT_THAT(in_zsh("''"), HasSubstr("migrate\n"));
    EXPECT_THAT(in_zsh("migrate --"), AllOf(HasSubstr("--host=\n"), HasSubstr("--execute\n"),
                                            Not(HasSubstr("--tungsten"))));
    EXPECT_THAT(in_zsh("ctl /tmp/x.sock ''"), HasSubstr("unpostpone\n"));
    EXPECT_EQ(in_zsh("ctl ''"), "files\n");
}

}  // namespace
}  // namespace wisp::cmd
