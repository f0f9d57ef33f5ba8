// SPDX-License-Identifier: Apache-2.0
#include "mysql/server_info.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace wisp::mysql {
namespace {

bool mentions(std::string_view text, std::string_view word) {
    const auto same = [](unsigned char a, unsigned char b) {
        return std::tolower(a) == std::tolower(b);
    };
    return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

// "10.11.19-MariaDB-…" → {10, 11, 19}; what is missing is 0.
std::array<unsigned, 3> leading_numbers(std::string_view text) {
    std::array<unsigned, 3> numbers{};
    const char* at = text.data();
    const char* const end = text.data() + text.size();
    for (unsigned& number : numbers) {
        const auto [next, error] = std::from_chars(at, end, number);
        if (error != std::errc{}) break;
        at = next;
        if (at == end || *at != '.') break;
        ++at;
    }
    return numbers;
}

}  // namespace

bool ServerInfo::renames_under_lock() const {
    return !mariadb() && version >= 80013;
}
bool ServerInfo::says_replica() const {
    return !mariadb() && version >= 80022;
}
bool ServerInfo::says_binary_log_status() const {
    return !mariadb() && version >= 80200;
}
bool ServerInfo::has_gtid_executed() const {
    return !mariadb() && version >= 50605;
}
bool ServerInfo::has_committed_gtid_executed() const {
    return !mariadb() && version >= 50705;
}
bool ServerInfo::has_data_dictionary() const {
    return !mariadb() && version >= 80000;
}
bool ServerInfo::has_server_uuid() const {
    return !mariadb() && version >= 50600;
}

bool ServerInfo::has_several_user_locks() const {
    return mariadb() || version >= 50705;
}

bool ServerInfo::has_generated_invisible_primary_key() const {
    return !mariadb() && version >= 80030;
}

bool ServerInfo::changes_filters() const {
    return mariadb() || version >= 50703;
}
bool ServerInfo::has_range_optimizer_limit() const {
    return !mariadb() && version >= 50709;
}
bool ServerInfo::has_max_execution_time() const {
    return !mariadb() && version >= 50708;
}
bool ServerInfo::has_cached_statistics() const {
    return !mariadb() && version >= 80003;
}
bool ServerInfo::analyzes_without_flush() const {
    return mariadb() || version >= 80024;
}
bool ServerInfo::has_explain_format() const {
    return !mariadb() && version >= 80032;
}
bool ServerInfo::has_in_predicate_conversion() const {
    return mariadb() && version >= 100500;
}
bool ServerInfo::has_idle_transaction_timeout() const {
    return mariadb() && version >= 100300;
}

bool ServerInfo::has_snapshot_isolation() const {
    // https://mariadb.com/docs/server/server-usage/storage-engines/innodb/innodb-system-variables:
    // 10.6.18, 10.11.8, 11.0.6, 11.1.5, 11.2.4, 11.4.2 and every series after 11.4.
    if (!mariadb()) return false;
    switch (version / 100) {
        case 1006:
            return version >= 100618;
        case 1011:
            return version >= 101108;
        case 1100:
            return version >= 110006;
        case 1101:
            return version >= 110105;
        case 1102:
            return version >= 110204;
        default:
            return version >= 110402;
    }
}

ServerInfo parse_server_version(std::string_view version, std::string_view comment) {
    ServerInfo info;
    const bool mariadb = mentions(version, "mariadb") || mentions(comment, "mariadb");
    info.flavor = mariadb ? Flavor::kMariadb : Flavor::kMysql;
    // MariaDB 10 greets replicas of old as 5.5.5; @@version is free of it, proxies may not be.
    constexpr std::string_view kDisguise = "5.5.5-";
    if (mariadb && version.starts_with(kDisguise)) version.remove_prefix(kDisguise.size());

    const auto [major, minor, patch] = leading_numbers(version);
    info.version = major * 10000 + minor * 100 + patch;
    const char* name = "MySQL";
    if (mariadb) {
        name = "MariaDB";
    } else if (mentions(comment, "percona")) {
        name = "Percona Server";
    }
    info.text = fmt::format("{} {}.{}.{}", name, major, minor, patch);
    return info;
}

}  // namespace wisp::mysql
