// SPDX-License-Identifier: Apache-2.0
#include "hooks/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "tests/support/program.h"

namespace wisp::hooks {
namespace {

using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class HooksRunner : public ::testing::Test {
  protected:
    void write(const std::string& name, const std::string& script, mode_t mode = 0755) const {
        test::write_file(folder_.file(name), "#!/bin/sh\n" + script + "\n");
        ::chmod(folder_.file(name).c_str(), mode);
    }
    [[nodiscard]] Options options(seconds limit = seconds(300)) const {
        Options options;
        options.path = folder_.path();
        options.limit = limit;
        return options;
    }
    [[nodiscard]] std::string out() const { return test::read_file(folder_.file("out")); }
    [[nodiscard]] std::string to_out() const { return " >>" + folder_.file("out"); }

    test::TmpFolder folder_;
};

TEST(HookNames, NoneIsTheBeginningOfAnother) {
    for (std::size_t a = 0; a < kPoints; ++a) {
        for (std::size_t b = 0; b < kPoints; ++b) {
            const std::string one = name(static_cast<Point>(a));
            const std::string other = name(static_cast<Point>(b));
            EXPECT_TRUE(a == b || !other.starts_with(one)) << one << " " << other;
        }
    }
}

TEST_F(HooksRunner, RunsAllOfAPointInTheOrderOfTheirNames) {
    write("gh-ost-on-success-mail", "echo b" + to_out());
    write("gh-ost-on-success", "echo a" + to_out());
    write("wisp-on-success", "echo c" + to_out());
    write("gh-ost-on-failure", "echo no" + to_out());
    write("on-success", "echo no" + to_out());
    const Runner runner(options());
    EXPECT_TRUE(runner.run(Point::kSuccess, {}));
    EXPECT_EQ(out(), "a\nb\nc\n");
}

TEST_F(HooksRunner, HandsOnItsVariablesAndOursButNoPassword) {
    ::setenv("WISP_PASSWORD", "secret", 1);
    ::setenv("WISP_TEST_ORDINARY", "plain", 1);
    ::setenv("GH_OST_TABLE_NAME", "stale", 1);
    write("gh-ost-on-startup", "env" + to_out());
    const Runner runner(options());
    EXPECT_TRUE(runner.run(Point::kStartup, {{"GH_OST_TABLE_NAME", "it's \"odd\" & $x"}}));
    EXPECT_THAT(out(), AllOf(HasSubstr("GH_OST_TABLE_NAME=it's \"odd\" & $x\n"),
                             HasSubstr("WISP_TEST_ORDINARY=plain\n"), Not(HasSubstr("stale")),
                             Not(HasSubstr("secret"))));
    for (const char* variable : {"WISP_PASSWORD", "WISP_TEST_ORDINARY", "GH_OST_TABLE_NAME"}) {
        ::unsetenv(variable);
    }
}

TEST_F(HooksRunner, StopsAtTheFirstThatFailsAndNamesIt) {
    write("gh-ost-on-validated-1", "exit 3");
    write("gh-ost-on-validated-2", "echo no" + to_out());
    const Runner runner(options());
    const auto ended = runner.run(Point::kValidated, {});
    ASSERT_FALSE(ended);
    EXPECT_THAT(ended.error(), AllOf(HasSubstr("gh-ost-on-validated-1"), HasSubstr("3")));
    EXPECT_FALSE(std::filesystem::exists(folder_.file("out")));
}

TEST_F(HooksRunner, KillsAHookWithItsChildrenAtTheLimit) {
    // It ignores the polite signal, and so does what it started.
    write("gh-ost-on-before-cut-over", "trap '' TERM; sleep 1000 & echo $!" + to_out() + "; wait");
    // Enough to say who its child is on a busy machine.
    const Runner runner(options(seconds(10)));
    const auto began = std::chrono::steady_clock::now();
    const auto ended = runner.run(Point::kBeforeCutOver, {});
    ASSERT_FALSE(ended);
    EXPECT_THAT(ended.error(), HasSubstr("did not end within 10 s"));
    EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(60));
    ASSERT_NE(out(), "");
    const std::string child = "/proc/" + std::to_string(std::stoi(out()));
    for (int i = 0; i < 200 && std::filesystem::exists(child + "/exe"); ++i) ::usleep(50'000);
    EXPECT_FALSE(std::filesystem::exists(child + "/exe"));
}

TEST_F(HooksRunner, AHookIsEndedWhenTheRunIs) {
    write("gh-ost-on-before-row-copy", "sleep 1000");
    const Runner runner(options());
    std::stop_source stop;
    stop.request_stop();
    const auto ended = runner.run(Point::kBeforeRowCopy, {}, stop.get_token());
    ASSERT_FALSE(ended);
    EXPECT_THAT(ended.error(), HasSubstr("the run ends"));
}

TEST_F(HooksRunner, DoesNotWaitForWhatAHookLeavesInTheBackground) {
    write("gh-ost-on-success", "sleep 1000 & echo $!" + to_out());
    const Runner runner(options());
    EXPECT_TRUE(runner.run(Point::kSuccess, {}));
    ::kill(std::stoi(out()), SIGKILL);
}

TEST_F(HooksRunner, PostRunsBesideTheCaller) {
    write("gh-ost-on-status", "echo \"$GH_OST_STATUS\"" + to_out());
    Runner runner(options());
    runner.post(Point::kStatus, {{"GH_OST_STATUS", "'fine'"}});
    for (int i = 0; i < 600 && !std::filesystem::exists(folder_.file("out")); ++i) ::usleep(50'000);
    for (int i = 0; i < 600 && out().empty(); ++i) ::usleep(50'000);
    EXPECT_EQ(out(), "'fine'\n");
}

TEST_F(HooksRunner, RefusesAFolderOrAHookItCannotUse) {
    write("gh-ost-on-success", "true", 0644);
    const auto usable = Runner(options()).check();
    ASSERT_FALSE(usable);
    EXPECT_THAT(usable.error(), HasSubstr("chmod +x"));
    Options none;
    none.path = folder_.file("none");
    EXPECT_THAT(Runner(none).check().error(), HasSubstr("--hooks-path"));
    write("gh-ost-on-success", "true");
    test::write_file(folder_.file("README"), "no hook");
    EXPECT_TRUE(Runner(options()).check());
}

TEST_F(HooksRunner, AProgramThatCannotRunIsAnError) {
    test::write_file(folder_.file("gh-ost-on-startup"), "#!/no/such/shell\n");
    ::chmod(folder_.file("gh-ost-on-startup").c_str(), 0755);
    const auto ended = Runner(options()).run(Point::kStartup, {});
    ASSERT_FALSE(ended);
    EXPECT_THAT(ended.error(), HasSubstr("cannot be run"));
}

TEST_F(HooksRunner, WithoutAFolderThereAreNoHooks) {
    Runner runner({});
    EXPECT_TRUE(runner.check());
    EXPECT_THAT(runner.find(Point::kSuccess), IsEmpty());
    EXPECT_TRUE(runner.run(Point::kSuccess, {}));
    runner.post(Point::kStatus, {});
}

}  // namespace
}  // namespace wisp::hooks
