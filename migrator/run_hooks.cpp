// SPDX-License-Identifier: Apache-2.0
#include "migrator/run_hooks.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <string_view>

#include "migrator/refusal.h"

namespace wisp::migrator {
namespace {

/// Linux takes 128 KiB for one variable with its name (MAX_ARG_STRLEN, execve(2)).
constexpr std::size_t kMostBytes = 100'000;

std::string seconds(double value) {
    return fmt::format("{:f}", value);
}

/// Of "host:port", or of several with commas between.
template <typename Part>
std::string of_each(std::string_view labels, const Part& part) {
    std::string list;
    for (;;) {
        const auto comma = labels.find(',');
        list += part(labels.substr(0, comma));
        if (comma == std::string_view::npos) return list;
        list += ',';
        labels.remove_prefix(comma + 1);
    }
}

std::string host_of(const std::string& labels) {
    return of_each(labels,
                   [](std::string_view label) { return label.substr(0, label.rfind(':')); });
}

std::string port_of(const std::string& labels) {
    return of_each(labels, [](std::string_view label) {
        const auto colon = label.rfind(':');
        return colon == std::string_view::npos ? "" : label.substr(colon + 1);
    });
}

}  // namespace

Environment hook_variables(const RunFacts& facts, const ProgressSnapshot& s,
                           const hooks::Options& options) {
    const double eta = s.eta_seconds;
    // gh-ost's number for "unknown".
    const auto whole = eta < 0 ? std::numeric_limits<std::int64_t>::min()
                               : static_cast<std::int64_t>(std::llround(eta));
    return {{"GH_OST_DATABASE_NAME", facts.source.schema},
            {"GH_OST_TABLE_NAME", facts.source.table},
            {"GH_OST_GHOST_TABLE_NAME", facts.ghost.table},
            {"GH_OST_OLD_TABLE_NAME", facts.old.table},
            {"GH_OST_DDL", facts.alter.substr(0, kMostBytes)},
            {"GH_OST_ELAPSED_SECONDS", seconds(s.elapsed_seconds)},
            {"GH_OST_ELAPSED_COPY_SECONDS", seconds(s.copy_seconds)},
            {"GH_OST_ESTIMATED_ROWS", std::to_string(s.rows_estimated)},
            {"GH_OST_COPIED_ROWS", std::to_string(s.rows_copied)},
            {"GH_OST_MIGRATED_HOST", host_of(facts.applier)},
            {"GH_OST_INSPECTED_HOST", host_of(facts.inspector)},
            {"GH_OST_EXECUTING_HOST", facts.executing_host},
            {"GH_OST_INSPECTED_LAG", seconds(s.inspected_lag_seconds.value_or(s.lag_seconds))},
            {"GH_OST_HEARTBEAT_LAG", seconds(s.lag_seconds)},
            {"GH_OST_PROGRESS", seconds(percent(s))},
            {"GH_OST_ETA_SECONDS", std::to_string(whole)},
            {"GH_OST_HOOKS_HINT", options.hint},
            {"GH_OST_HOOKS_HINT_OWNER", options.hint_owner},
            {"GH_OST_HOOKS_HINT_TOKEN", options.hint_token},
            {"GH_OST_DRY_RUN", facts.dry_run ? "true" : "false"},
            {"GH_OST_REVERT", facts.revert ? "true" : "false"},
            {"WISP_MIGRATED_PORT", port_of(facts.applier)},
            {"WISP_INSPECTED_PORT", port_of(facts.inspector)},
            {"WISP_STAGE", to_string(s.stage)}};
}

void RunHooks::check() const {
    if (auto usable = runner_.check(); !usable) throw Refusal(usable.error());
}

Environment RunHooks::variables(const Environment& more) const {
    auto all = hook_variables(controls_.facts.copy(), controls_.snapshot(), runner_.options());
    for (const auto& [name, value] : more) all.emplace_back(name, value.substr(0, kMostBytes));
    return all;
}

Expected<void> RunHooks::run(hooks::Point point, const Environment& more,
                             const std::stop_token& stop) const {
    if (runner_.options().path.empty()) return {};
    return runner_.run(point, variables(more), stop);
}

void RunHooks::demand(hooks::Point point, const Environment& more,
                      const std::stop_token& stop) const {
    const auto ended = run(point, more, stop);
    if (ended) return;
    controls_.throw_if_ended();
    throw Refusal(ended.error() +
                  "; a hook of this kind that fails ends the run. What it printed is in the"
                  " log; mend it, or move it out of --hooks-path, and run again");
}

void RunHooks::post(hooks::Point point, const Environment& more) {
    if (!runner_.options().path.empty()) runner_.post(point, variables(more));
}

}  // namespace wisp::migrator
