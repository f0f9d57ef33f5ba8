// SPDX-License-Identifier: Apache-2.0
// The environment is read once a process, so every case runs in a process of its own.
#include "base/fault.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>

namespace wisp {
namespace {

class FaultDeathTest : public ::testing::Test {
  protected:
    FaultDeathTest() { ::testing::FLAGS_gtest_death_test_style = "threadsafe"; }
    static void set(const char* name, const char* value) { ::setenv(name, value, 1); }
    /// Ends the process with 0, or 1 if it was not as expected.
    [[noreturn]] static void end(bool good) { std::_Exit(good ? 0 : 1); }
};

#ifdef WISP_FAULTS

TEST_F(FaultDeathTest, KillsTheProcessAtTheArmedPointOnly) {
    EXPECT_EXIT(
        {
            set("WISP_FAULT", "cutover.locked:kill");
            fault::point("cutover.lock");
            fault::point("cutover.locked2");
            std::fputs("others passed", stderr);
            fault::point("cutover.locked");
            end(true);
        },
        ::testing::KilledBySignal(SIGKILL), "others passed");
}

TEST_F(FaultDeathTest, ThrowsAtAPointThatIsToFail) {
    EXPECT_EXIT(
        {
            set("WISP_FAULT", "apply.batch:fail");
            try {
                fault::point("apply.batch");
            } catch (const std::exception& error) {
                std::fputs(error.what(), stderr);
                end(true);
            }
            end(false);
        },
        ::testing::ExitedWithCode(0), "fault point apply.batch");
}

TEST_F(FaultDeathTest, SleepsAsLongAsTold) {
    EXPECT_EXIT(
        {
            set("WISP_FAULT", "copy.before_read:sleep:500");
            const auto began = std::chrono::steady_clock::now();
            fault::point("copy.chunk_written");
            const bool other =
                std::chrono::steady_clock::now() - began < std::chrono::milliseconds(400);
            fault::point("copy.before_read");
            end(other &&
                std::chrono::steady_clock::now() - began >= std::chrono::milliseconds(500));
        },
        ::testing::ExitedWithCode(0), "");
}

TEST_F(FaultDeathTest, DoesNothingWithoutTheVariable) {
    EXPECT_EXIT(
        {
            ::unsetenv("WISP_FAULT");
            ::unsetenv("WISP_RULES_OFF");
            fault::point("apply.batch");
            fault::point("");
            end(!fault::rule_off("R1") && !fault::rule_off("R3"));
        },
        ::testing::ExitedWithCode(0), "");
}

TEST_F(FaultDeathTest, SwitchesOffTheRulesThatAreNamedAndNoOthers) {
    EXPECT_EXIT(
        {
            set("WISP_RULES_OFF", "R3,R10");
            end(fault::rule_off("R3") && fault::rule_off("R10") && !fault::rule_off("R1") &&
                !fault::rule_off("R2"));
        },
        ::testing::ExitedWithCode(0), "");
}

#else

TEST_F(FaultDeathTest, IsCompiledOutOfThisBuild) {
    EXPECT_EXIT(
        {
            set("WISP_FAULT", "apply.batch:kill");
            set("WISP_RULES_OFF", "R3");
            fault::point("apply.batch");
            end(!fault::rule_off("R3"));
        },
        ::testing::ExitedWithCode(0), "");
}

#endif

}  // namespace
}  // namespace wisp
