// SPDX-License-Identifier: Apache-2.0
#include "replica/gtids.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <map>
#include <string_view>

#include "base/thread.h"
#include "mysql/connection.h"

namespace wisp::replica {
namespace {

constexpr std::chrono::seconds kCommit{5};

/// "0-1-" → 7.
std::map<std::string, std::uint64_t> by_stem(std::string_view list) {
    std::map<std::string, std::uint64_t> numbers;
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        std::string_view item = list.substr(0, comma);
        list.remove_prefix(std::min(comma + 1, list.size()));
        const auto dash = item.rfind('-');
        if (dash == std::string_view::npos) continue;
        std::uint64_t number = 0;
        std::from_chars(item.data() + dash + 1, item.data() + item.size(), number);
        auto& last = numbers[std::string(item.substr(0, dash + 1))];
        last = std::max(last, number);
    }
    return numbers;
}

/// What of `has`, a history of the replica, the primary lacks now.
std::string missing(mysql::Connection& replica, mysql::Connection& primary,
                    const std::string& has) {
    if (replica.server().mariadb()) return mariadb_errant(has, history(primary));
    if (!primary.server().has_gtid_executed()) return {};
    std::string rest = primary
                           .scalar(fmt::format("SELECT GTID_SUBTRACT({}, @@global.gtid_executed)",
                                               primary.quote(has)))
                           .value_or("");
    std::erase(rest, '\n');
    return rest;
}

}  // namespace

bool has_gtids(mysql::Connection& server) {
    if (server.server().mariadb()) return true;
    if (!server.server().has_gtid_executed()) return false;
    return server.scalar("SELECT @@global.gtid_mode") == "ON";
}

bool gtids_tell_visible(mysql::Connection& server) {
    return has_gtids(server) &&
           (server.server().mariadb() || server.server().has_committed_gtid_executed());
}

std::string history(mysql::Connection& server) {
    if (server.server().mariadb()) {
        return server.scalar("SELECT @@global.gtid_binlog_state").value_or("");
    }
    if (!server.server().has_gtid_executed()) return {};
    std::string set = server.scalar("SELECT @@global.gtid_executed").value_or("");
    std::erase(set, '\n');
    return set;
}

std::string mariadb_errant(const std::string& replica, const std::string& primary) {
    const auto known = by_stem(primary);
    std::string list;
    for (const auto& [stem, number] : by_stem(replica)) {
        const auto found = known.find(stem);
        if (found != known.end() && found->second >= number) continue;
        list += fmt::format("{}{}{}", list.empty() ? "" : ",", stem, number);
    }
    return list;
}

std::string errant(mysql::Connection& replica, mysql::Connection& primary) {
    const std::string has = history(replica);
    const auto deadline = std::chrono::steady_clock::now() + kCommit;
    for (;;) {
        std::string rest = missing(replica, primary, has);
        if (rest.empty() || std::chrono::steady_clock::now() >= deadline) return rest;
        pause({}, std::chrono::milliseconds(100));
    }
}

std::string errant_since(mysql::Connection& replica, mysql::Connection& primary,
                         const std::string& known) {
    std::string now = errant(replica, primary);
    if (now.empty() || now == known) return {};
    if (primary.server().mariadb()) return now;
    std::string since = primary
                            .scalar(fmt::format("SELECT GTID_SUBTRACT({}, {})", primary.quote(now),
                                                primary.quote(known)))
                            .value_or("");
    std::erase(since, '\n');
    return since;
}

}  // namespace wisp::replica
