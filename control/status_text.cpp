// SPDX-License-Identifier: Apache-2.0
#include "control/status_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "sql/identifier.h"
#include "throttle/load_limits.h"

namespace wisp::control {
namespace {

bool copy_over(const migrator::ProgressSnapshot& s) {
    return s.stage > migrator::Stage::kCopying;
}

std::string stage(const migrator::ProgressSnapshot& s) {
    using migrator::Stage;
    const bool waits = s.stage == Stage::kStarting || s.stage == Stage::kCopying ||
                       s.stage == Stage::kRetrying || s.stage == Stage::kVerifying ||
                       s.stage == Stage::kHeld;
    if (waits && !s.throttle.empty()) return "throttled, " + s.throttle;
    if (s.stage == Stage::kCatchingUp && !s.throttle.empty()) {
        return fmt::format("{}, throttled, {}", migrator::to_string(s.stage), s.throttle);
    }
    if (s.stage == migrator::Stage::kVerifying && s.rows_copied > 0 && s.verify_share > 0) {
        const auto share = static_cast<double>(s.rows_verified) /
                           (s.verify_share * static_cast<double>(s.rows_copied));
        return fmt::format("verifying, {:.0f}%", std::min(99.0, 100 * share));
    }
    if (s.stage == Stage::kCopying && !s.slowed.empty()) {
        return fmt::format("migrating at {:.0f}% pace, {}", 100 * s.copy_pace, s.slowed);
    }
    return migrator::to_string(s.stage);
}

std::string eta(const migrator::ProgressSnapshot& s) {
    if (s.stage > migrator::Stage::kVerifying) return "due";
    return s.eta_seconds < 0 ? "N/A" : short_duration(s.eta_seconds);
}

/// "# throttle-flag-file: /tmp/x [set]", or nothing.
std::string file_line(const char* flag, const std::string& path) {
    if (path.empty()) return {};
    std::error_code ignored;
    return fmt::format("# {}: {}{}\n", flag, path,
                       std::filesystem::exists(path, ignored) ? " [set]" : "");
}

std::string settings_line(const migrator::Controls& controls) {
    const auto knobs = controls.knobs->copy();
    return fmt::format(
        "# chunk-size: {}; max-lag-millis: {}ms; dml-batch-size: {}; max-load: {}; critical-load:"
        " {}; nice-ratio: {:f}\n",
        controls.dials.chunk_rows_now.load(), knobs.max_lag.count(),
        controls.dials.batch_rows.load(), throttle::to_string(knobs.max_load),
        throttle::to_string(knobs.critical_load), knobs.nice_ratio);
}

}  // namespace

std::string short_duration(double seconds) {
    const auto total = static_cast<long long>(std::max(0.0, seconds));
    std::string text;
    if (total >= 3600) text += fmt::format("{}h", total / 3600);
    if (total >= 60) text += fmt::format("{}m", total / 60 % 60);
    return text + fmt::format("{}s", total % 60);
}

std::string state_in_words(const migrator::ProgressSnapshot& s) {
    if (s.replayed == 0) return stage(s);
    return fmt::format("{}, replay falls behind: {:.0f} changes/s arrive, {:.0f} are replayed",
                       stage(s), s.arriving, s.replayed);
}

std::string status_line(const migrator::ProgressSnapshot& s, std::size_t queue_bytes) {
    return fmt::format(
        "Copy: {}/{} {:.1f}%; Applied: {}; Backlog: {}/{}; Time: {}(total), {}(copy); streamer: {};"
        " Lag: {:.2f}s, HeartbeatLag: {:.2f}s, State: {}; ETA: {}",
        s.rows_copied, copy_over(s) ? s.rows_copied : s.rows_estimated, percent(s),
        s.changes_applied, s.backlog_bytes, queue_bytes, short_duration(s.elapsed_seconds),
        short_duration(s.copy_seconds), s.stream_position,
        s.inspected_lag_seconds.value_or(s.lag_seconds), s.lag_seconds, state_in_words(s), eta(s));
}

std::string hint_block(const migrator::Controls& controls, const Serving& serving) {
    const auto facts = controls.facts.copy();
    const auto knobs = controls.knobs->copy();
    const char* verb = facts.rebuilds ? "Rebuilding" : "Migrating";
    std::string text =
        fmt::format("# {} {}; Ghost table is {}\n", verb, sql::quote(facts.source),
                    facts.ghost.table.empty() ? "not made yet" : sql::quote(facts.ghost));
    text += fmt::format("# {} {}; inspecting {}; executing on {}\n", verb, facts.applier,
                        facts.inspector, facts.executing_host);
    text += fmt::format("# {} started at {:%a %b %d %H:%M:%S %z %Y}\n",
                        facts.rebuilds ? "Rebuild" : "Migration",
                        fmt::localtime(std::chrono::system_clock::to_time_t(facts.began)));
    text += settings_line(controls);
    text += file_line("throttle-flag-file", knobs.flag_file);
    text += file_line("throttle-additional-flag-file", knobs.additional_flag_file);
    if (!knobs.query.empty()) text += fmt::format("# throttle-query: {}\n", knobs.query);
    if (!knobs.control_replicas.empty()) {
        text +=
            fmt::format("# throttle-control-replicas count: {}\n", knobs.control_replicas.size());
    }
    text += file_line("postpone-cut-over-flag-file", controls.postponement.copy().file);
    if (!knobs.panic_flag_file.empty()) {
        text += fmt::format("# panic-flag-file: {}\n", knobs.panic_flag_file);
    }
    if (!serving.socket.empty()) {
        text += fmt::format("# Serving on unix socket: {}\n", serving.socket);
    }
    if (!serving.tcp.empty()) {
        text += fmt::format("# Serving on TCP port: {}\n",
                            serving.tcp.substr(serving.tcp.rfind(':') + 1));
    }
    return text;
}

std::string status_json(const migrator::Controls& controls,
                        const migrator::MigrationOptions& options) {
    const auto s = controls.snapshot();
    const auto facts = controls.facts.copy();
    const auto knobs = controls.knobs->copy();
    const auto postponement = controls.postponement.copy();
    const nlohmann::ordered_json json{
        {"schema", facts.source.schema},
        {"table", facts.source.table},
        {"ghost_table", facts.ghost.table},
        {"old_table", facts.old.table},
        {"applier", facts.applier},
        {"inspector", facts.inspector},
        {"dry_run", facts.dry_run},
        {"started", std::chrono::system_clock::to_time_t(facts.began)},
        {"stage", migrator::to_string(s.stage)},
        {"state", state_in_words(s)},
        {"percent", percent(s)},
        {"eta_seconds",
         s.eta_seconds < 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(s.eta_seconds)},
        {"rows_copied", s.rows_copied},
        {"rows_estimated", s.rows_estimated},
        {"rows_verified", s.rows_verified},
        {"chunks", s.chunks},
        {"changes_applied", s.changes_applied},
        {"backlog_transactions", s.backlog_transactions},
        {"backlog_bytes", s.backlog_bytes},
        {"backlog_limit_bytes", options.queue_bytes},
        {"lag_seconds", s.lag_seconds},
        {"elapsed_seconds", s.elapsed_seconds},
        {"copy_seconds", s.copy_seconds},
        {"coordinates", s.stream_position},
        {"throttled", !s.throttle.empty()},
        {"throttle_reason", s.throttle},
        {"commanded_throttle", knobs.hold},
        {"postponed", postponement.waiting},
        {"postpone_file", postponement.file},
        {"cut_over_attempts", s.cut_over_attempts},
        {"chunk_size", controls.dials.chunk_rows_now.load()},
        {"dml_batch_size", controls.dials.batch_rows.load()},
        {"max_lag_millis", knobs.max_lag.count()},
        {"max_load", throttle::to_string(knobs.max_load)},
        {"critical_load", throttle::to_string(knobs.critical_load)},
        {"nice_ratio", knobs.nice_ratio}};
    // A name in another encoding must not end the run.
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace wisp::control
