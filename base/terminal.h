// SPDX-License-Identifier: Apache-2.0
// Terminal: a block of lines at the bottom of stdout that is redrawn in place. Whatever else is
// printed goes above it, if it is printed through above(); the log is. Process-wide, any thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace wisp::terminal {

/// True if stdout is one.
[[nodiscard]] bool is_there();
/// Columns; 120 if it does not say.
[[nodiscard]] std::size_t width();
/// True if the environment's character set is UTF-8 (POSIX: LC_ALL, else LC_CTYPE, else LANG).
[[nodiscard]] bool shows_unicode();

/// Draws the block, over the one before. No line may be wider than the terminal.
void show(std::vector<std::string> lines);
/// Takes the block away, for good or until show().
void clear();
/// Runs `write` with the block out of the way. Without a block: just runs it.
void above(const std::function<void()>& write);

}  // namespace wisp::terminal
