// SPDX-License-Identifier: Apache-2.0
#include "throttle/disk.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "base/log.h"
#include "mysql/disks.h"

namespace wisp::throttle {
namespace {

constexpr std::array<std::pair<char, unsigned>, 4> kUnits{
    {{'T', 40}, {'G', 30}, {'M', 20}, {'K', 10}}};

std::string shown(std::uint64_t bytes) {
    for (const auto& [letter, shift] : kUnits) {
        if (bytes >> shift == 0) continue;
        return fmt::format("{:.1f} {}iB",
                           static_cast<double>(bytes) / static_cast<double>(1ULL << shift), letter);
    }
    return fmt::format("{} bytes", bytes);
}

}  // namespace

Reading judge_disk(std::uint64_t free, std::uint64_t limit, const std::string& place) {
    const Measure measure{static_cast<double>(free), static_cast<double>(limit)};
    if (free >= limit) return {Effect::kGo, {}, 0, measure};
    return {free < limit / 2 ? Effect::kHoldAll : Effect::kHoldCopy,
            fmt::format("{} free in {}, limit {}", shown(free), place, shown(limit)), 0, measure};
}

Expected<std::uint64_t> parse_bytes(std::string_view text) {
    const auto wrong = [&] {
        return Unexpected("\"" + std::string(text) + "\" is no size; write e.g. 20G");
    };
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    if (parsed.ec != std::errc{}) return wrong();
    if (parsed.ptr == end) return number;
    for (const auto& [letter, shift] : kUnits) {
        if (parsed.ptr + 1 != end || (*parsed.ptr & ~0x20) != letter) continue;
        if (number > UINT64_MAX >> shift) return wrong();
        return number << shift;
    }
    return wrong();
}

std::string bytes_text(std::uint64_t bytes) {
    for (const auto& [letter, shift] : kUnits) {
        const std::uint64_t whole = bytes >> shift;
        if (whole != 0 && whole << shift == bytes) return std::to_string(whole) + letter;
    }
    return std::to_string(bytes);
}

DiskSource::DiskSource(mysql::Endpoint endpoint, const sql::TableName& changelog, SharedKnobs knobs)
    : link_(std::move(endpoint)), changelog_(changelog), knobs_(std::move(knobs)) {}

std::chrono::milliseconds DiskSource::period() const {
    return std::chrono::milliseconds{1000};
}

Reading DiskSource::poll(std::stop_token stop) {
    const auto limit = knobs_->read([](const Knobs& knobs) { return knobs.min_free_disk; });
    if (limit == 0) return {};
    const auto found =
        link_.with(stop, [&](mysql::Connection& connection) { return room(connection); });
    if (!found) {
        if (known_) throw std::runtime_error(found.error());
        if (!std::exchange(told_, true)) {
            log::warn("min-free-disk is not watched: free room on {} is unknown ({})",
                      link_.endpoint().label(), found.error());
        }
        return {};
    }
    known_ = true;
    return judge_disk(found->bytes, limit, found->place);
}

Expected<DiskSource::Room> DiskSource::room(mysql::Connection& connection) const {
    const std::string datadir = connection.scalar("SELECT @@datadir").value_or("");
    auto told = mysql::free_rooms(connection, {datadir});
    if (told && told->front()) return Room{told->front()->mount, told->front()->bytes};
    const std::string reason = told ? "no disk it lists holds " + datadir : told.error();
    // The file of a table that this run has made, and only it: so that is the server's own
    // directory.
    std::error_code error;
    const auto file =
        std::filesystem::path(datadir) / changelog_.schema / (changelog_.table + ".ibd");
    struct statvfs disk {};
    if (!std::filesystem::exists(file, error) || statvfs(datadir.c_str(), &disk) != 0) {
        return Unexpected(reason + "; and its data directory " + datadir + " is not on this host");
    }
    return Room{datadir, std::uint64_t{disk.f_bavail} * disk.f_frsize};
}

}  // namespace wisp::throttle
