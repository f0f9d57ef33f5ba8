// SPDX-License-Identifier: Apache-2.0
#include "cmd/resume_command.h"

#include <gtest/gtest.h>

namespace wisp::cmd {
namespace {

TEST(ResumeCommand, IsTheSameCommandAndResume) {
    EXPECT_EQ(resume_command({"--host=db1", "--table", "t", "--checkpoint", "--execute"}),
              "wisp migrate --host=db1 --table t --checkpoint --execute --resume");
}

TEST(ResumeCommand, QuotesForAShell) {
    EXPECT_EQ(resume_command({"--alter=ADD c VARCHAR(9) DEFAULT 'x'", "--table", ""}),
              "wisp migrate '--alter=ADD c VARCHAR(9) DEFAULT '\\''x'\\''' --table '' --resume");
}

TEST(ResumeCommand, NamesNoPassword) {
    EXPECT_EQ(
        resume_command({"--password=secret", "-password", "secret", "--master-password", "secret",
                        "--password-file=f"}),
        "wisp migrate --password=… -password … --master-password … --password-file=f --resume");
}

TEST(ResumeCommand, NamesNoTokenAndNoCredentialsOfAnUrl) {
    EXPECT_EQ(
        resume_command({"--hooks-hint-token=secret", "--throttle-http=http://me:secret@db1/check",
                        "--throttle-http", "http://me:secret@db1/check"}),
        "wisp migrate --hooks-hint-token=… --throttle-http=http://db1/check --throttle-http"
        " http://db1/check --resume");
}

TEST(ResumeCommand, LeavesOutWhatAResumedRunDoesNotDo) {
    EXPECT_EQ(resume_command({"--resume", "--initially-drop-ghost-table", "--resume=true",
                              "--initially-drop-old-table"}),
              "wisp migrate --initially-drop-old-table --resume");
}

TEST(ResumeCommand, TakesAWordThatIsNoFlagAsItIs) {
    EXPECT_EQ(resume_command({"--alter", "-1", "password", "-"}),
              "wisp migrate --alter -1 password - --resume");
}

}  // namespace
}  // namespace wisp::cmd
