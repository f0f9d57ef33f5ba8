// SPDX-License-Identifier: Apache-2.0
#include "cmd/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/support/program.h"

namespace wisp::cmd {
namespace {

using ::testing::HasSubstr;

class OptionFile : public ::testing::Test {
  protected:
    auto read(const std::string& text) {
        test::write_file(folder_.file("my.cnf"), text);
        return read_option_file(folder_.file("my.cnf"));
    }
    test::TmpFolder folder_;
};

TEST_F(OptionFile, ReadsItsGroupAsTheClientsDo) {
    const auto settings = read(
        "# a comment\n!includedir /etc/x\nuser = nobody\n[mysqld]\nuser=server\nskip-name-resolve\n"
        "[client]\n; another\n  user = me   # the one\npassword=\"a # b\"\nssl_ca='x y'\n"
        "default-character-set=utf8mb4\nno-beep\nport=3306\nport=3307\r\n[osc]\nchunk_size=5\n");
    ASSERT_TRUE(settings) << settings.error();
    EXPECT_EQ(settings->at("client.user"), "me");
    EXPECT_EQ(settings->at("client.password"), "a # b");
    EXPECT_EQ(settings->at("client.ssl_ca"), "x y");
    EXPECT_EQ(settings->at("client.default_character_set"), "utf8mb4");
    EXPECT_EQ(settings->at("client.no_beep"), "");
    EXPECT_EQ(settings->at("client.port"), "3307");
    EXPECT_EQ(settings->at("osc.chunk_size"), "5");
    EXPECT_FALSE(settings->contains("mysqld.user"));
}

TEST_F(OptionFile, TakesValuesFromTheEnvironment) {
    ::setenv("WISP_TEST_VALUE", "it's me", 1);
    EXPECT_EQ(read("[client]\nuser=${WISP_TEST_VALUE}\n")->at("client.user"), "it's me");
    ::unsetenv("WISP_TEST_VALUE");
    EXPECT_THAT(read("[client]\n\nuser=${WISP_TEST_VALUE}\n").error(), HasSubstr("line 3"));
    EXPECT_THAT(read("[client\n").error(), HasSubstr("line 1"));
    EXPECT_THAT(read_option_file("/no/such").error(), HasSubstr("/no/such"));
}

TEST(HideArguments, OverwritesPasswordsInPlace) {
    std::vector<std::string> words{"wisp",
                                   "migrate",
                                   "--password=secret",
                                   "-master-password",
                                   "hidden",
                                   "--user",
                                   "password",
                                   "--alter",
                                   "--password of the alter",
                                   "--password-file=/x",
                                   "--password"};
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    hide_arguments(static_cast<int>(arguments.size()), arguments.data());
    EXPECT_EQ(words[2], "--password=xxxxxx");
    EXPECT_EQ(words[4], "xxxxxx");
    EXPECT_EQ(words[6], "password");
    EXPECT_EQ(words[8], "--password of the alter");
    EXPECT_EQ(words[9], "--password-file=/x");
}

TEST(HideArguments, OverwritesWhoAsksAnUrl) {
    std::vector<std::string> words{"wisp", "--throttle-http", "http://me:secret@db1/check",
                                   "--throttle-http=http://db1/",
                                   "throttle-http=http://me:secret@db1/"};
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    hide_arguments(static_cast<int>(arguments.size()), arguments.data());
    EXPECT_EQ(words[2], "http://xxxxxxxxx@db1/check");
    EXPECT_EQ(words[3], "--throttle-http=http://db1/");
    EXPECT_EQ(words[4], "throttle-http=http://xxxxxxxxx@db1/") << "a command of `wisp ctl`";
}

TEST(AskPass, TakesALineOfStandardInputAndDoesNotShowIt) {
    const test::TmpFolder folder;
    test::write_file(folder.file("in"), "typed\n");
    // Nothing listens there: what counts is how far it gets, and what it says.
    const auto run = test::run_program(
        {WISP_PROGRAM, "migrate", "--ask-pass", "--port=1", "--alter=ENGINE=InnoDB", "--database=d",
         "--table=t", "--serve-socket-file=" + folder.file("sock")},
        folder.file("in"));
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.err, HasSubstr("Password: "));
    EXPECT_THAT(run.err + run.out, ::testing::Not(HasSubstr("typed")));
    const auto nothing =
        test::run_program({WISP_PROGRAM, "migrate", "--ask-pass", "--alter=ENGINE=InnoDB"});
    EXPECT_EQ(nothing.exit_code, 2);
}

TEST(AskPass, ShowsWhatIsTypedAgainWhenItIsInterrupted) {
    int terminal = -1;
    const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0) {
        ::execl(WISP_PROGRAM, "wisp", "migrate", "--ask-pass", "--alter=ENGINE=InnoDB", nullptr);
        _exit(127);
    }
    const auto shows = [&] {
        termios now{};
        ::tcgetattr(terminal, &now);
        return (now.c_lflag & ECHO) != 0;
    };
    for (int i = 0; i < 500 && shows(); ++i) ::usleep(10'000);
    EXPECT_FALSE(shows());
    ASSERT_EQ(::write(terminal, "\x03", 1), 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT) << status;
    EXPECT_TRUE(shows());
    ::close(terminal);
}

}  // namespace
}  // namespace wisp::cmd
