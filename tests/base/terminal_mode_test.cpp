// SPDX-License-Identifier: Apache-2.0
// A shell and its job on a terminal of their own: the job takes the mode, something happens, and
// the terminal must be as it was.
#include "base/terminal_mode.h"

#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <functional>

namespace wisp::terminal {
namespace {

constexpr tcflag_t kBoth = ECHO | ICANON;

tcflag_t flags_now() {
    termios now{};
    ::tcgetattr(STDIN_FILENO, &now);
    return now.c_lflag & kBoth;
}

/// Runs `shell` as the leader of a terminal's session; its exit code.
int on_a_terminal(const std::function<int()>& shell) {
    int terminal = -1;
    const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0) _exit(shell());
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(terminal);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// A job in front, as a shell starts one. The shell itself may always change the terminal.
pid_t start_job(const std::function<void()>& job) {
    ::signal(SIGTTOU, SIG_IGN);
    const pid_t child = ::fork();
    if (child == 0) {
        ::setpgid(0, 0);
        ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
        ::signal(SIGTTOU, SIG_DFL);
        job();
        _exit(0);
    }
    return child;
}

int wait_for(pid_t job) {
    int status = 0;
    ::waitpid(job, &status, WUNTRACED);
    ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
    return status;
}

#define DEMAND(condition) \
    if (!(condition)) return __LINE__ % 256

TEST(TerminalMode, IsGivenBackAtTheEndOfItsLife) {
    EXPECT_EQ(on_a_terminal([] {
                  const auto before = flags_now();
                  DEMAND(before == kBoth);
                  {
                      const Mode hidden(Input::kHidden);
                      DEMAND(flags_now() == ICANON);
                  }
                  {
                      const Mode keys(Input::kKeys);
                      DEMAND(flags_now() == 0);
                  }
                  DEMAND(flags_now() == before);
                  return 0;
              }),
              0);
}

TEST(TerminalMode, IsGivenBackWhenASignalEndsTheProcess) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT}) {
        EXPECT_EQ(on_a_terminal([signal] {
                      const int status = wait_for(start_job([signal] {
                          const Mode hidden(Input::kHidden);
                          static_cast<void>(::raise(signal));
                      }));
                      DEMAND(WIFSIGNALED(status) && WTERMSIG(status) == signal);
                      DEMAND(flags_now() == kBoth);
                      return 0;
                  }),
                  0)
            << signal;
    }
}

TEST(TerminalMode, IsGivenBackWhileTheProcessIsStopped) {
    EXPECT_EQ(on_a_terminal([] {
                  const pid_t job = start_job([] {
                      const Mode keys(Input::kKeys);
                      static_cast<void>(::raise(SIGTSTP));
                      _exit(flags_now() == 0 ? 0 : 1);
                  });
                  DEMAND(WIFSTOPPED(wait_for(job)));
                  DEMAND(flags_now() == kBoth);
                  ::tcsetpgrp(STDIN_FILENO, job);
                  ::kill(-job, SIGCONT);
                  const int status = wait_for(job);
                  DEMAND(WIFEXITED(status) && WEXITSTATUS(status) == 0);
                  return 0;
              }),
              0);
}

TEST(TerminalMode, IsNotTakenFromTheBackground) {
    EXPECT_EQ(on_a_terminal([] {
                  const pid_t job = ::fork();
                  if (job == 0) {
                      ::setpgid(0, 0);
                      Mode keys(Input::kKeys);
                      keys.keep();
                      _exit(flags_now() == kBoth ? 0 : 1);
                  }
                  const int status = wait_for(job);
                  DEMAND(WIFEXITED(status) && WEXITSTATUS(status) == 0);
                  return 0;
              }),
              0);
}

}  // namespace
}  // namespace wisp::terminal
