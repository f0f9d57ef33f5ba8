// SPDX-License-Identifier: Apache-2.0
#include "cmd/run_ctl.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "cmd/exit_code.h"
#include "control/client.h"

namespace wisp::cmd {
namespace {

constexpr const char* kUsage =
    "wisp ctl SOCKET|HOST:PORT [COMMAND…]\n"
    "\n"
    "Says commands to a running migration and prints its replies: `help` lists them.\n"
    "Each COMMAND is one word, \"chunk-size=500\" for instance; without one, lines are read from\n"
    "stdin. A socket is a path with a \"/\" in it. The token of a TCP port is taken from the\n"
    "environment, WISP_SERVE_TOKEN.\n";

/// False: the run refused it, or is gone.
bool say(control::Client& client, const std::string& command) {
    const auto reply = client.ask(command);
    if (!reply) {
        fmt::print(stderr, "wisp ctl: {}\n", reply.error());
        return false;
    }
    fmt::print(reply->ok ? stdout : stderr, "{}", reply->text);
    std::fflush(stdout);
    return reply->ok;
}

}  // namespace

int run_ctl(const std::vector<std::string>& words) {
    if (words.empty() || words[0] == "--help" || words[0] == "-help") {
        fmt::print(words.empty() ? stderr : stdout, "{}", kUsage);
        return words.empty() ? kWrongFlags : kOk;
    }
    if (words[0].starts_with("-")) {
        fmt::print(stderr, "wisp ctl: it takes no flags, so what is {}?\n\n{}", words[0], kUsage);
        return kWrongFlags;
    }
    const char* token = std::getenv("WISP_SERVE_TOKEN");
    auto client = control::Client::connect(words[0], token == nullptr ? "" : token);
    if (!client) {
        fmt::print(stderr, "wisp ctl: {}\n", client.error());
        return kFailed;
    }
    bool fine = true;
    for (std::size_t i = 1; i < words.size(); ++i) fine = say(*client, words[i]) && fine;
    if (words.size() > 1) return fine ? kOk : kFailed;
    for (std::string line; std::getline(std::cin, line);) {
        if (!line.empty()) fine = say(*client, line) && fine;
    }
    return fine ? kOk : kFailed;
}

}  // namespace wisp::cmd
