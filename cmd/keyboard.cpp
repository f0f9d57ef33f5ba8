// SPDX-License-Identifier: Apache-2.0
#include "cmd/keyboard.h"

#include <poll.h>
#include <unistd.h>

#include <array>

#include "base/terminal_mode.h"

namespace wisp::cmd {

using std::chrono::milliseconds;

bool Keyboard::is_there() {
    return terminal::in_foreground();
}

Keyboard::Keyboard(Press press)
    : press_(std::move(press)),
      thread_("keys", [this](const std::stop_token& stop) { read(stop); }) {}

void Keyboard::read(const std::stop_token& stop) {
    constexpr milliseconds kWait{100};
    terminal::Mode mode(terminal::Input::kKeys);
    std::array<char, 64> typed{};
    while (!stop.stop_requested()) {
        // Whoever reads from the background is stopped.
        if (!terminal::in_foreground()) {
            if (!pause(stop, kWait)) return;
            continue;
        }
        mode.keep();
        pollfd ready{STDIN_FILENO, POLLIN, 0};
        if (::poll(&ready, 1, static_cast<int>(kWait.count())) <= 0) continue;
        const auto count = ::read(STDIN_FILENO, typed.data(), typed.size());
        if (count <= 0) return;  // the terminal has gone
        // What comes in a bunch was pasted, or is an arrow key.
        if (count == 1) press_(typed.front(), stop);
    }
}

}  // namespace wisp::cmd
