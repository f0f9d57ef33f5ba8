// SPDX-License-Identifier: Apache-2.0
// The engine's stage between copy and cut-over: ghost and source are compared, what differs is
// copied again once, and what never stood still is left for the cut-over (R9).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/fault.h"
#include "base/log.h"
#include "migrator/engine.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

constexpr std::size_t kKeys = 200;  // in one condition
constexpr std::size_t kNamed = 10;  // in a message

std::string name(const Difference& difference) {
    return fmt::format("({}) {}", fmt::join(difference.key, ", "), difference.what);
}

}  // namespace

void Engine::verify() {
    // What is written after a range was compared is replayed as it always is.
    if (options_.verify == Verify::kOff || fault::rule_off("R9")) return;
    progress_.stage = Stage::kVerifying;
    const unsigned share = verified_one_in(options_.verify);
    // Reading holds nobody up: ranges are steered by time, whatever the size of the copy's chunks.
    // What an earlier run has verified is not compared again: since then only replay has written
    // it.
    Chunker chunker(plan_, 0, options_.chunk_time);
    const std::uint64_t rows = progress_.rows_copied;
    if (share == 1) {
        chunker.expect(rows - std::min<std::uint64_t>(rows, progress_.rows_verified),
                       options_.copiers.most);
    }
    Findings findings(std::move(chunker), share, &verified_);
    log::info("verifying share=1/{}", share);
    run_workers("verifier", [&](unsigned number, Crew& crew, std::stop_token stop) {
        Verifier(plan_, findings, verify_context(), method_.comparison(), number)
            .run(std::move(stop), connector_, throttler_, crew);
    });
    if (!findings.exhausted()) throw Stopped("verification was ended before its last range");
    moving_ = findings.take_moving();
    repair(findings.take_proven());
    log::info("verified rows={} still_moving={}", progress_.rows_verified.load(), moving_.size());
}

VerifyContext Engine::verify_context() {
    return {touched_, xa_watch_, markers_, *method_.signs, progress_};
}

void Engine::repair(const std::vector<Difference>& differences) {
    if (differences.empty()) return;
    std::string named;
    for (std::size_t i = 0; i < std::min(kNamed, differences.size()); ++i) {
        named += (i == 0 ? "" : "; ") + name(differences[i]);
    }
    const std::string what =
        fmt::format("{} rows of {} are not the same in {}, key {}: {}", differences.size(),
                    sql::quote(plan_.names.source), sql::quote(plan_.names.ghost),
                    fmt::join(key_columns(plan_), ", "), named);
    if (!method_.recopies) {
        throw DataDiffers(what +
                          "; nothing was swapped. The values that only the one table has are"
                          " not overwritten: look who else has written it");
    }
    if (differences.size() > Findings::kMost) {
        throw DataDiffers(what + "; nothing was swapped. Does anybody else write the new table?");
    }
    log::warn("{}; they are copied again", what);
    // Rows are taken out of the ghost for a moment: who resumes from there must copy them.
    verified_.write([](FinishedRanges& verified) { verified = FinishedRanges(); });
    ranges_.set_finished(FinishedRanges());
    checkpoint_now();
    for (std::size_t first = 0; first < differences.size(); first += kKeys) {
        const Scope scope = scope_of(plan_, differences, first, kKeys);
        Range range;
        range.keys = scope.source;
        range.replaces = scope.ghost;
        range.retries = 1;  // their rows are counted already
        ranges_.add(std::move(range));
    }
    run_copiers();
    retry_missing();
    finish_copy();
    progress_.stage = Stage::kVerifying;
    Findings again(Chunker(plan_, 0, options_.chunk_time), 1);
    with_control([&](mysql::Connection& control) {
        Verifier verifier(plan_, again, verify_context(), method_.comparison());
        verifier.prepare(control);
        verifier.settle(control, differences, ending_.get_token());
    });
    for (auto& moving : again.take_moving()) moving_.push_back(std::move(moving));
    const auto still = again.take_proven();
    if (still.empty()) return;
    throw DataDiffers(fmt::format(
        "{} rows of {} still differ in {} after they were copied again, the first: {}; nothing was"
        " swapped. Does a session write the source with sql_log_bin=0, or anybody else the new"
        " table?",
        still.size(), sql::quote(plan_.names.source), sql::quote(plan_.names.ghost),
        name(still.front())));
}

}  // namespace wisp::migrator
