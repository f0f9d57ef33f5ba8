// SPDX-License-Identifier: Apache-2.0
// Terminal mode: what the terminal at stdin does with keys, changed for a while and given back on
// every way out: at the end of the object's life, when a signal ends the process, and while it is
// stopped (Ctrl-Z). One at a time.
#pragma once

#include <cstdint>

namespace wisp::terminal {

enum class Input : std::uint8_t {
    kHidden,  // a line as always, not shown: a password
    kKeys,    // each key at once, not shown; Ctrl-C and Ctrl-Z do what they always do
};

/// True if stdin is a terminal that answers us: not one whose shell has sent us to the background.
[[nodiscard]] bool in_foreground();

class Mode {
  public:
    /// Does nothing unless in_foreground().
    explicit Mode(Input input);
    Mode(const Mode&) = delete;
    Mode& operator=(const Mode&) = delete;
    ~Mode();

    /// Takes what was given back when the process was sent to the background and is in front again.
    void keep();
};

/// Gives the terminal back at once, for a process that ends without destructors. A signal handler
/// may call it.
void give_back() noexcept;

}  // namespace wisp::terminal
