// SPDX-License-Identifier: Apache-2.0
#include "migrator/changelog.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <string_view>

#include "binlog/value_decoder.h"
#include "migrator/refusal.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

constexpr std::size_t kHintColumn = 2;
constexpr std::size_t kValueColumn = 3;

std::string write_row(const sql::TableName& name, std::string_view hint, std::string_view value) {
    return fmt::format(
        "INSERT INTO {} (`hint`, `value`) VALUES ('{}', '{}') ON DUPLICATE KEY UPDATE `value` = "
        "'{}'",
        sql::quote(name), hint, value, value);
}

template <typename Number>
std::optional<Number> parse(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

std::string create_changelog(const sql::TableName& name) {
    return fmt::format(
        "CREATE TABLE {} (`id` bigint unsigned NOT NULL AUTO_INCREMENT,"
        " `last_update` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,"
        " `hint` varchar(64) CHARACTER SET ascii NOT NULL,"
        " `value` varchar(4096) CHARACTER SET ascii NOT NULL,"
        // The hint is the primary key, because every row image has that, be it full or not.
        " PRIMARY KEY (`hint`), UNIQUE KEY `id` (`id`)) ENGINE=InnoDB COMMENT='wisp changelog'",
        sql::quote(name));
}

std::string write_heartbeat(const sql::TableName& name, std::int64_t microseconds) {
    return write_row(name, "heartbeat", std::to_string(microseconds));
}

std::string write_marker(const sql::TableName& name, std::uint64_t marker) {
    return write_row(name, "marker", std::to_string(marker));
}

std::string write_fence(const sql::TableName& name, unsigned writer, std::uint64_t count) {
    return write_row(name, fmt::format("fence {}", writer), std::to_string(count));
}

ChangelogEntry read_changelog(const binlog::Change& change) {
    ChangelogEntry entry;
    if (change.kind == binlog::ChangeKind::kDelete) return entry;
    binlog::DecodedRow row;
    const auto decoded = binlog::decode_after(change, {}, kValueColumn, row);
    if (!decoded) throw Refusal("the changelog table's row cannot be read: " + decoded.error());
    const std::string_view hint = row.values[kHintColumn].bytes;
    const std::string_view value = row.values[kValueColumn].bytes;
    if (hint == "heartbeat") entry.heartbeat = parse<std::int64_t>(value);
    if (hint == "marker") entry.marker = parse<std::uint64_t>(value);
    return entry;
}

std::int64_t now_microseconds() {
    using namespace std::chrono;
    return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace wisp::migrator
