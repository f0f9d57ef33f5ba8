// SPDX-License-Identifier: Apache-2.0
#include "cmd/run_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

namespace wisp::cmd {
namespace {

const char* word(Outcome outcome) {
    switch (outcome) {
        case Outcome::kMigrated:
            return "migrated";
        case Outcome::kTested:
            return "tested";
        case Outcome::kAltered:
            return "altered";
        case Outcome::kUntouched:
            return "failed";
        case Outcome::kUnclear:
            return "unclear";
        case Outcome::kDoneAndFailed:
            return "done, failed afterwards";
    }
    return "";
}

const char* word(migrator::Verify verify) {
    switch (verify) {
        case migrator::Verify::kOff:
            return "off";
        case migrator::Verify::kSample:
            return "sample";
        case migrator::Verify::kFull:
            return "full";
    }
    return "";
}

/// Seconds of a hold. At the start each source holds until it was asked for the first time.
constexpr double kWorthALine = 0.1;

/// Beside the report, so that the last step is a rename within one file system.
std::string unfinished(const std::string& path) {
    return path + ".part";
}

/// With an end of line.
Expected<void> put(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::trunc);
    file << text << '\n';
    file.close();
    if (file) return {};
    return Unexpected(
        fmt::format("{} cannot be written: {}", path, std::generic_category().message(errno)));
}

bool went_well(const RunReport& report) {
    return report.outcome == Outcome::kMigrated || report.outcome == Outcome::kTested;
}

bool got_far(const RunReport& report) {
    return report.figures.rows_copied > 0 || went_well(report);
}

}  // namespace

std::vector<std::string> report_lines(const RunReport& report) {
    if (!got_far(report)) return {};
    const auto& s = report.figures;
    std::vector<std::string> lines;
    std::vector<std::string> parts;
    for (const auto& time : s.stages) {
        parts.push_back(fmt::format("{} {:.1f} s", to_string(time.stage), time.seconds));
    }
    lines.push_back(fmt::format("Time: {}", fmt::join(parts, ", ")));
    if (s.throttled_seconds >= kWorthALine) {
        parts.clear();
        for (const auto& source : s.sources) {
            if (source.held.count() < kWorthALine) continue;
            parts.push_back(fmt::format("{} {:.1f} s", source.name, source.held.count()));
        }
        lines.push_back(fmt::format("Throttled for {:.1f} s{}{}", s.throttled_seconds,
                                    parts.empty() ? "" : ": ", fmt::join(parts, ", ")));
    }
    if (went_well(report) && report.verify != migrator::Verify::kOff) {
        lines.push_back(fmt::format("Verified ({}): {} rows compared, all equal",
                                    word(report.verify), s.rows_verified));
    }
    if (s.cut_over_attempts > 0) {
        lines.push_back(
            fmt::format("Longest stall of the table: {:.1f} ms, in {} attempt{} to cut"
                        " over",
                        s.longest_stall_seconds * 1e3, s.cut_over_attempts,
                        s.cut_over_attempts == 1 ? "" : "s"));
    }
    return lines;
}

std::string report_json(const RunReport& report, bool one_line) {
    using nlohmann::ordered_json;
    const auto& s = report.figures;
    auto stages = ordered_json::array();
    for (const auto& time : s.stages) {
        stages.push_back({{"stage", to_string(time.stage)}, {"seconds", time.seconds}});
    }
    auto sources = ordered_json::array();
    for (const auto& source : s.sources) {
        if (source.held.count() <= 0) continue;
        sources.push_back({{"source", source.name}, {"seconds", source.held.count()}});
    }
    const ordered_json json{
        {"wisp", WISP_VERSION},
        {"outcome", word(report.outcome)},
        {"error", report.error},
        {"left", report.left},
        {"schema", report.facts.source.schema},
        {"table", report.facts.source.table},
        {"ghost_table", report.facts.ghost.table},
        {"old_table", report.facts.old.table},
        {"alter", report.facts.alter},
        {"applier", report.facts.applier},
        {"inspector", report.facts.inspector},
        {"started", std::chrono::system_clock::to_time_t(report.facts.began)},
        {"seconds", s.elapsed_seconds},
        {"rows",
         {{"estimated", s.rows_estimated},
          {"copied", s.rows_copied},
          {"verified", s.rows_verified}}},
        {"chunks", s.chunks},
        {"changes",
         {{"delivered", s.changes_delivered},
          {"applied", s.changes_applied},
          {"written", s.changes_written}}},
        {"binlog", {{"events", s.binlog_events}, {"bytes", s.binlog_bytes}}},
        {"stages", std::move(stages)},
        {"throttled", {{"seconds", s.throttled_seconds}, {"sources", std::move(sources)}}},
        {"verify", word(report.verify)},
        {"cut_over",
         {{"attempts", s.cut_over_attempts},
          {"locked_seconds", s.locked_seconds},
          {"longest_stall_seconds", s.longest_stall_seconds}}}};
    // A name in another encoding must not end the run.
    return json.dump(one_line ? -1 : 2, ' ', false, nlohmann::json::error_handler_t::replace);
}

Expected<void> check_report_file(const std::string& path) {
    if (auto ok = put(unfinished(path), ""); !ok) return ok;
    std::remove(unfinished(path).c_str());
    return {};
}

Expected<void> write_report(const std::string& path, const std::string& json) {
    if (auto ok = put(unfinished(path), json); !ok) return ok;
    if (std::rename(unfinished(path).c_str(), path.c_str()) == 0) return {};
    return Unexpected(
        fmt::format("{} cannot be written: {}", path, std::generic_category().message(errno)));
}

}  // namespace wisp::cmd
