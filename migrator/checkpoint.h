// SPDX-License-Identifier: Apache-2.0
// Checkpoint: all that a run needs to go on where an earlier one ended, and its form as text. The
// text holds every value with its length, so bytes of any kind come back as they were, and a text
// that is cut off is noticed. docs/resume.md has the argument why going on from it loses no row.
// No I/O; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "binlog/position.h"
#include "migrator/chunker.h"
#include "migrator/plan.h"

namespace wisp::migrator {

/// How far a run is. A fresh one begins at the binlog's end, with nothing finished.
struct Reached {
    /// Every change before it is in the ghost for good: not held back by another unique key, not
    /// undone by a chunk that was in flight. What stands behind it must be replayed, again or not.
    binlog::Position position;
    std::string gtid;            // one that was applied lately; empty without GTIDs
    std::vector<Span> finished;  // as FinishedRanges::spans()
    std::uint64_t rows = 0;      // of these
    /// What was compared in full and found equal, after everything was copied; as FinishedRanges.
    std::vector<Span> verified;
    std::uint64_t rows_verified = 0;
    /// No XA transaction was prepared before the position that is decided behind it.
    bool no_older_xa = false;
    /// The ghost is the table now. To begin with: the position is before the swap of a run that is
    /// taken back.
    bool swapped = false;
};

/// What must be the same when a run is resumed.
struct Fingerprint {
    std::string alter;    // as the operator gave it
    std::string source;   // SHOW CREATE TABLE, without its counter
    std::string ghost;    // the same of the ghost as the ALTER made it
    std::string columns;  // which column feeds which, and how it converts
    std::string key;      // the migration key
    std::string server;   // whose binlog the position is of: its uuid, or id
};

struct Checkpoint {
    Fingerprint plan;
    /// SHOW CREATE TABLE of the ghost while `deferred` is left out of it.
    std::string bare_ghost;
    std::vector<DeferredIndex> deferred;
    std::string old_table;  // the name that the table as it was gets by the swap
    Reached reached;
};

[[nodiscard]] std::string to_text(const Checkpoint& checkpoint);
/// Fails with what is wrong: cut off, damaged, or of another format.
[[nodiscard]] Expected<Checkpoint> parse_checkpoint(std::string_view text);

/// Of a complete plan. `server`: as Fingerprint::server.
[[nodiscard]] Fingerprint fingerprint(const Plan& plan, const std::string& alter,
                                      const std::string& server);
/// A definition without the name of its table.
[[nodiscard]] std::string_view nameless(std::string_view create, const sql::TableName& name);

}  // namespace wisp::migrator
