// SPDX-License-Identifier: Apache-2.0
// wisp: the command line's entry. Chooses the command; exit codes are the command's.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cmd/run_migrate.h"

#ifndef WISP_VERSION
#define WISP_VERSION "unknown"
#endif

namespace {

constexpr const char* kUsage =
    "wisp: online schema migration for MySQL and MariaDB\n"
    "\n"
    "  wisp migrate …   run an ALTER on a table that stays in use (wisp migrate --help)\n"
    "  wisp --version   print the version\n";

int run(const std::vector<std::string>& words) {
    if (words.empty() || words[0] == "--help" || words[0] == "help") {
        fmt::print("{}", kUsage);
        return words.empty() ? 2 : 0;
    }
    if (words[0] == "--version") {
        fmt::print("wisp {}\n", WISP_VERSION);
        return 0;
    }
    if (words[0] == "migrate") return wisp::cmd::run_migrate({words.begin() + 1, words.end()});
    fmt::print(stderr, "wisp: unknown command \"{}\"\n\n{}", words[0], kUsage);
    return 2;
}

}  // namespace

int main(int argc, char** argv) try {
    return run({argv + 1, argv + argc});
} catch (const std::exception& error) {
    std::fprintf(stderr, "wisp: %s\n", error.what());
    return 1;
}
