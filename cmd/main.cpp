// SPDX-License-Identifier: Apache-2.0
// wisp: the command line's entry. Chooses the command; exit codes are the command's.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "cmd/run_binlog.h"
#include "cmd/run_ctl.h"
#include "cmd/run_migrate.h"
#include "cmd/run_rebuild.h"
#include "cmd/run_verify.h"
#include "cmd/secrets.h"

#ifndef WISP_VERSION
#define WISP_VERSION "unknown"
#endif

namespace {

constexpr const char* kUsage =
    "wisp: online schema migration for MySQL and MariaDB\n"
    "\n"
    "  wisp migrate …   run an ALTER on a table that stays in use (wisp migrate --help)\n"
    "  wisp rebuild …   make a replica's table what it is on its primary (wisp rebuild --help)\n"
    "  wisp verify …    which tables of replicas are not what the primary has (wisp verify "
    "--help)\n"
    "  wisp ctl …       ask and steer a running migration (wisp ctl --help)\n"
    "  wisp binlog …    row changes of a binlog as SQL, backwards, in figures (wisp binlog "
    "--help)\n"
    "  wisp --version   print the version\n"
    "\n"
    "Called by a link named gh-ost it is `wisp migrate`.\n";

/// `called_gh_ost`: by a link of that name, as scripts written for gh-ost do.
int run(const std::vector<std::string>& words, bool called_gh_ost) {
    if (called_gh_ost) return wisp::cmd::run_migrate(words);
    if (words.empty() || words[0] == "--help" || words[0] == "help") {
        fmt::print("{}", kUsage);
        return words.empty() ? 2 : 0;
    }
    if (words[0] == "--version") {
        fmt::print("wisp {}\n", WISP_VERSION);
        return 0;
    }
    if (words[0] == "migrate") return wisp::cmd::run_migrate({words.begin() + 1, words.end()});
    if (words[0] == "rebuild") return wisp::cmd::run_rebuild({words.begin() + 1, words.end()});
    if (words[0] == "verify") return wisp::cmd::run_verify({words.begin() + 1, words.end()});
    if (words[0] == "ctl") return wisp::cmd::run_ctl({words.begin() + 1, words.end()});
    if (words[0] == "binlog") return wisp::cmd::run_binlog({words.begin() + 1, words.end()});
    fmt::print(stderr, "wisp: unknown command \"{}\"\n\n{}", words[0], kUsage);
    return 2;
}

}  // namespace

int main(int argc, char** argv) try {
    const std::vector<std::string> words(argv + 1, argv + argc);
    wisp::cmd::hide_arguments(argc, argv);
    return run(words, std::filesystem::path(argv[0]).filename() == "gh-ost");
} catch (const std::exception& error) {
    std::fprintf(stderr, "wisp: %s\n", error.what());
    return 1;
}
