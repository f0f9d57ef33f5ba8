// SPDX-License-Identifier: Apache-2.0
#include "cmd/repair_rows.h"

#include <fmt/format.h>

#include "base/log.h"
#include "cmd/exit_code.h"
#include "drift/repair.h"
#include "sql/identifier.h"

namespace wisp::cmd {

void repair_rows(const drift::Options& options, drift::Report& report, bool text,
                 const std::stop_token& stop) {
    if (text) fmt::print("{}", report_text(report));
    for (const auto& done : drift::repair(options, report, stop)) {
        if (text) {
            fmt::print(
                "# Repaired {} rows of {} on {}; its SQL thread stood {} times, {} ms at"
                " most\n",
                done.rows, sql::quote(done.table), done.replica, done.pauses,
                done.longest_pause.count());
        }
        for (const auto& problem : done.problems) {
            log::warn("{} on {}: {}", sql::quote(done.table), done.replica, problem);
        }
    }
    if (text) fmt::print("# Now:\n");
}

int exit_code(drift::Finding finding) {
    switch (finding) {
        case drift::Finding::kEqual:
            return kOk;
        case drift::Finding::kDrifted:
            return kDrifted;
        case drift::Finding::kUndecided:
            return kUndecided;
    }
    return kFailed;
}

}  // namespace wisp::cmd
