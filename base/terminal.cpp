// SPDX-License-Identifier: Apache-2.0
#include "base/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <utility>

namespace wisp::terminal {
namespace {

struct Block {
    std::mutex mutex;
    std::vector<std::string> lines;
};

Block& block() {
    static Block one;
    return one;
}

// Control sequences: ECMA-48, CUU (up) and ED (erase to the end of the screen).
// A terminal that has gone is no failure of the run, so nothing here looks for errors.
void put(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

void erase(const std::vector<std::string>& lines) {
    if (!lines.empty()) put(fmt::format("\033[{}A\r\033[J", lines.size()));
}

void draw(const std::vector<std::string>& lines) {
    for (const auto& line : lines) put(line + "\n");
    std::fflush(stdout);
}

}  // namespace

bool is_there() {
    return isatty(STDOUT_FILENO) != 0;
}

std::size_t width() {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 120;
    return size.ws_col;
}

bool shows_unicode() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const char* const value = std::getenv(name);
        if (value == nullptr || *value == '\0') continue;
        const std::string_view locale = value;
        return locale.find("UTF-8") != std::string_view::npos ||
               locale.find("utf8") != std::string_view::npos;
    }
    return false;
}

void show(std::vector<std::string> lines) {
    const std::scoped_lock lock(block().mutex);
    erase(block().lines);
    block().lines = std::move(lines);
    draw(block().lines);
}

void clear() {
    show({});
}

void above(const std::function<void()>& write) {
    {
        const std::scoped_lock lock(block().mutex);
        if (!block().lines.empty()) {
            erase(block().lines);
            std::fflush(stdout);  // before anything on stderr
            write();
            draw(block().lines);
            return;
        }
    }
    // Who writes to stderr does not wait for whoever reads stdout.
    write();
}

}  // namespace wisp::terminal
