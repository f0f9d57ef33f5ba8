// SPDX-License-Identifier: Apache-2.0
// Run report: what a migration did, where its time went and what it left, once it has ended,
// however it ended; for people, and as JSON for --report-file. Main thread.
#pragma once

#include <string>
#include <vector>

#include "base/expected.h"
#include "migrator/options.h"
#include "migrator/progress.h"
#include "migrator/run_facts.h"

namespace wisp::cmd {

enum class Outcome : unsigned char {
    kMigrated,
    kTested,         // on a replica: swapped and swapped back
    kAltered,        // as a change of metadata: nothing was copied
    kUntouched,      // failed: the table is as it was, and in use
    kUnclear,        // the connection was lost in the swap; `error` says what to look at
    kDoneAndFailed,  // the migration is done; something after it failed
};

struct RunReport {
    Outcome outcome = Outcome::kUntouched;
    std::string error;  // empty if there was none
    std::string left;   // a sentence: tables of ours, and what to do with them; empty if none
    migrator::Verify verify = migrator::Verify::kFull;
    migrator::RunFacts facts;
    migrator::ProgressSnapshot figures;
};

/// Lines without an end: time of each stage, holds by source, verification, stalls.
[[nodiscard]] std::vector<std::string> report_lines(const RunReport& report);

/// One object, on one line or over several, without an end of line; docs/report.md has its fields.
[[nodiscard]] std::string report_json(const RunReport& report, bool one_line);

/// Tries whether the report can be put there, before anything is touched. Fails with a sentence.
[[nodiscard]] Expected<void> check_report_file(const std::string& path);

/// Puts it there in one step, over an older one. Fails with a sentence.
[[nodiscard]] Expected<void> write_report(const std::string& path, const std::string& json);

}  // namespace wisp::cmd
