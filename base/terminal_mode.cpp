// SPDX-License-Identifier: Apache-2.0
#include "base/terminal_mode.h"

#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

namespace wisp::terminal {
namespace {

// Handlers use these, so they are plain data that is there from the start. Everything that is
// called on the way is async-signal-safe (POSIX.1-2017, 2.4.3): tcgetpgrp, getpgrp, tcsetattr,
// sigaction.
termios before;
termios chosen;
std::atomic<bool> ready{false};  // both are filled
std::atomic<bool> taken{false};
static_assert(std::atomic<bool>::is_always_lock_free);

constexpr std::array kEnding{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGABRT, SIGTSTP};

void take() noexcept {
    if (!ready || taken || !in_foreground()) return;
    taken = ::tcsetattr(STDIN_FILENO, TCSADRAIN, &chosen) == 0;
}

void on_signal(int signal);

void handle(int signal, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_NODEFER | SA_RESTART;
    ::sigaction(signal, &action, nullptr);
}

/// Gives the terminal back and lets the signal do what it does without us. Only a stop returns.
void on_signal(int signal) {
    const int error = errno;
    const bool was_taken = taken;
    give_back();
    handle(signal, SIG_DFL);
    static_cast<void>(::raise(signal));
    handle(signal, on_signal);
    if (was_taken) take();
    errno = error;
}

/// What is ignored (nohup) or handled by somebody else stays so.
void watch_signals() {
    for (const int signal : kEnding) {
        struct sigaction present {};
        ::sigaction(signal, nullptr, &present);
        if (present.sa_handler == SIG_DFL) handle(signal, on_signal);
    }
}

}  // namespace

bool in_foreground() {
    // To change a terminal, or read from it, from the background stops the process.
    return ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
}

Mode::Mode(Input input) {
    if (!in_foreground() || ::tcgetattr(STDIN_FILENO, &before) != 0) return;
    chosen = before;
    const tcflag_t off = input == Input::kKeys ? ECHO | ICANON : ECHO;
    chosen.c_lflag &= ~off;
    chosen.c_cc[VMIN] = 1;  // read() waits for one key, no longer
    chosen.c_cc[VTIME] = 0;
    ready = true;
    watch_signals();
    take();
}

Mode::~Mode() {
    give_back();
    ready = false;
}

void Mode::keep() {
    take();
}

void give_back() noexcept {
    if (!taken || !in_foreground()) return;
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
    taken = false;
}

}  // namespace wisp::terminal
