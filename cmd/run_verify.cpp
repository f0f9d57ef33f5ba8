// SPDX-License-Identifier: Apache-2.0
#include "cmd/run_verify.h"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>

#include "base/log.h"
#include "cmd/exit_code.h"
#include "cmd/repair_rows.h"
#include "cmd/signals.h"
#include "cmd/verify_flags.h"
#include "drift/verify_run.h"
#include "sql/identifier.h"

namespace wisp::cmd {
namespace {

spdlog::level::level_enum level(const VerifyFlags& flags) {
    if (flags.debug) return spdlog::level::debug;
    if (flags.verbose) return spdlog::level::info;
    return flags.quiet ? spdlog::level::err : spdlog::level::warn;
}

int run(const VerifyFlags& flags, const std::stop_token& stop) {
    std::ofstream file;
    const bool to_file = !flags.report.empty() && flags.report != "-";
    if (to_file) {
        file.open(flags.report);
        if (!file) throw std::runtime_error("--report: " + flags.report + " cannot be written");
    }
    auto report = drift::verify(flags.options, stop, [](const drift::TableFinding& found) {
        log::info("compared table={} replica={} equal={}", sql::quote(found.table), found.replica,
                  found.finding == drift::Finding::kEqual);
    });
    if (flags.repair) repair_rows(flags.options, report, flags.report != "-", stop);
    if (to_file) {
        file << report_json(report);
        file.close();
        if (!file) throw std::runtime_error("--report: " + flags.report + " cannot be written");
    }
    fmt::print("{}", flags.report == "-" ? report_json(report) : report_text(report));
    return exit_code(report.finding());
}

}  // namespace

int run_verify(const std::vector<std::string>& words) {
    const auto flags = parse_verify_flags(words);
    if (!flags) {
        fmt::print(stderr, "wisp verify: {}\n", flags.error());
        return kWrongFlags;
    }
    if (flags->help) {
        fmt::print("{}", verify_help());
        return kOk;
    }
    log::set_up(level(*flags));
    const Signals signals;
    try {
        return run(*flags, signals.token());
    } catch (const std::exception& failure) {
        log::error("{}", failure.what());
        return kFailed;
    }
}

}  // namespace wisp::cmd
