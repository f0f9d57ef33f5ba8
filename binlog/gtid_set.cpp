// SPDX-License-Identifier: Apache-2.0
#include "binlog/gtid_set.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <numeric>
#include <optional>

#include <fmt/format.h>

namespace wisp::binlog {

namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0)
        text.remove_prefix(1);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0)
        text.remove_suffix(1);
    return text;
}

/// What stands before the first `separator`; the text goes on behind it.
std::string_view take_part(std::string_view& text, std::string_view separator) {
    const auto end = std::min(text.find(separator), text.size());
    const auto part = text.substr(0, end);
    text.remove_prefix(std::min(end + separator.size(), text.size()));
    return trimmed(part);
}

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

bool is_uuid(std::string_view text) {
    return text.size() == 36 && std::count(text.begin(), text.end(), '-') == 4;
}

Unexpected wrong(std::string_view item) {
    return Unexpected(
        fmt::format("\"{}\" is no GTID and no set of them: write uuid:1-5 (MySQL) or 0-1-7, "
                    "0-1-7..20 (MariaDB)",
                    item));
}

}  // namespace

Expected<GtidSet> GtidSet::parse(std::string_view text) {
    GtidSet set;
    while (!text.empty()) {
        const auto item = take_part(text, ",");
        if (item.empty()) continue;
        const bool mysql = item.find(':') != std::string_view::npos;
        if (auto added = mysql ? set.add_mysql(item) : set.add_mariadb(item); !added)
            return Unexpected(added.error());
    }
    return set;
}

Expected<void> GtidSet::add_mysql(std::string_view item) {
    std::string_view left = item;
    const auto uuid = take_part(left, ":");
    if (!is_uuid(uuid) || left.empty()) return wrong(item);
    std::string source = lower(uuid) + ":";
    bool ranges = false;  // behind the last tag
    while (!left.empty()) {
        std::string_view part = take_part(left, ":");
        if (!part.empty() && std::isdigit(static_cast<unsigned char>(part[0])) == 0) {
            source = lower(uuid) + ":" + lower(part) + ":";
            ranges = false;
            continue;
        }
        const auto first = number_of(take_part(part, "-"));
        const auto last = part.empty() ? first : number_of(part);
        if (!first || !last || *first > *last) return wrong(item);
        sources_[source].push_back({*first, *last});
        ranges = true;
    }
    if (!ranges) return wrong(item);
    return {};
}

Expected<void> GtidSet::add_mariadb(std::string_view item) {
    std::string_view left = item;
    const auto domain = number_of(take_part(left, "-"));
    const auto server = number_of(take_part(left, "-"));
    const auto first = number_of(take_part(left, ".."));
    const auto last = left.empty() ? first : number_of(left);
    if (!domain || !server || !first || !last || *first > *last) return wrong(item);
    sources_[fmt::format("{}-{}-", *domain, *server)].push_back({*first, *last});
    return {};
}

bool GtidSet::contains(std::string_view gtid) const {
    const auto separator = gtid.find_last_of(":-");
    if (separator == std::string_view::npos) return false;
    const auto source = sources_.find(gtid.substr(0, separator + 1));
    const auto number = number_of(gtid.substr(separator + 1));
    return source != sources_.end() && number &&
           std::any_of(source->second.begin(), source->second.end(), [&](const Range& range) {
               return range.first <= *number && *number <= range.last;
           });
}

std::uint64_t GtidSet::count() const {
    std::uint64_t total = 0;
    for (const auto& [source, ranges] : sources_)
        for (const auto& range : ranges) total += range.last - range.first + 1;
    return total;
}

}  // namespace wisp::binlog
