// SPDX-License-Identifier: Apache-2.0
// Changelog: our own small table. What we write there comes back through the binlog: heartbeats
// tell how far behind the applier is, markers tell that everything before them was applied, and a
// fence that has returned proves that what was delivered before it is visible
// (docs/copy-and-apply.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "binlog/change.h"
#include "sql/table_def.h"

namespace wisp::migrator {

/// CREATE TABLE of the changelog.
[[nodiscard]] std::string create_changelog(const sql::TableName& name);

/// Statements that write one row each; `value` makes every write differ from the last.
[[nodiscard]] std::string write_heartbeat(const sql::TableName& name, std::int64_t microseconds);
[[nodiscard]] std::string write_marker(const sql::TableName& name, std::uint64_t marker);
[[nodiscard]] std::string write_fence(const sql::TableName& name, unsigned writer,
                                      std::uint64_t count);
/// The applier as a writer of fences; copiers count from 0.
constexpr unsigned kApplierWriter = 1'000'000;

/// What a changelog row says when it comes back.
struct ChangelogEntry {
    std::optional<std::int64_t> heartbeat;  // microseconds since the epoch, our clock
    std::optional<std::uint64_t> marker;
};

/// Reads one change of the changelog table. Throws Refusal if it cannot be decoded.
[[nodiscard]] ChangelogEntry read_changelog(const binlog::Change& change);

/// Microseconds since the epoch now, by our clock.
[[nodiscard]] std::int64_t now_microseconds();

}  // namespace wisp::migrator
