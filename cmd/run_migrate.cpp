// SPDX-License-Identifier: Apache-2.0
#include "cmd/run_migrate.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include "base/log.h"
#include "base/terminal.h"
#include "cmd/exit_code.h"
#include "cmd/flags.h"
#include "cmd/keyboard.h"
#include "cmd/metrics_served.h"
#include "cmd/postpone_file.h"
#include "cmd/resume_command.h"
#include "cmd/run_report.h"
#include "cmd/signals.h"
#include "cmd/status_printer.h"
#include "control/console.h"
#include "control/keys.h"
#include "control/listener.h"
#include "control/live_view.h"
#include "control/socket.h"
#include "control/status_text.h"
#include "migrator/estimate/report.h"
#include "migrator/migrate_job.h"
#include "migrator/refusal.h"
#include "sql/identifier.h"

namespace wisp::cmd {
namespace {

/// What a run says on stdout: gh-ost's "# …" lines. With --log-format=json they are log lines, so
/// that every line of ours can be parsed, and the report is the last one on stdout.
class Voice {
  public:
    explicit Voice(log::Format format) : format_(format) {}

    void say(const std::string& line) const { echo("# " + line + "\n"); }
    /// Whole lines, as they are; in JSON each is a message, without the "# " that it may begin
    /// with.
    void echo(const std::string& text) const {
        if (format_ == log::Format::kText) {
            terminal::above([&] {
                fmt::print("{}", text);
                std::fflush(stdout);
            });
            return;
        }
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            log::info("{}", line.starts_with("# ") ? line.substr(2) : line);
        }
    }

  private:
    log::Format format_;
};

using hooks::Point;

void preview(migrator::MigrateJob& job) {
    job.prepare();
    // What was made is known now, and need not be there while figures are gathered.
    job.clean_up();
    job.hooks().demand(Point::kValidated, {}, job.controls().ending());
    if (job.options().revert) {
        fmt::print("{}add --execute to do it; nothing has been changed\n", job.way_back());
    } else {
        const auto estimate = job.estimate(job.controls().ending());
        fmt::print("{}", migrator::report(estimate, job.plan(), job.options(), job.route()));
    }
    std::fflush(stdout);
    job.hooks().demand(Point::kSuccess, {{"GH_OST_INSTANT_DDL", "false"}});
}

/// How the server could do it as a change of metadata; empty if it could not.
std::string alter_metadata(migrator::MigrateJob& job) {
    using Way = migrator::MetadataWay;
    const auto& options = job.options();
    if (options.resume || options.revert) return {};  // that was tried
    const auto stop = job.controls().ending();
    if (options.attempt_instant_ddl && job.alter_metadata(Way::kInstant, stop)) {
        return "instantly, nothing was copied";
    }
    if (options.attempt_inplace_ddl && job.alter_metadata(Way::kInplace, stop)) {
        return "in place, only metadata; nothing was copied";
    }
    return {};
}

control::ListenOptions listen_options(const MigrateFlags& flags,
                                      const migrator::MigrationOptions& options) {
    auto listen = flags.listen;
    if (listen.socket_file.empty()) {
        listen.socket_file = control::default_socket_path(options.schema, options.table);
    }
    return listen;
}

/// What keys do while the live view is shown.
void on_key(control::Console& console, char key, const std::stop_token& stop) {
    std::string told;
    try {
        told = control::press(console, key, stop);
    } catch (const std::exception& error) {
        log::warn("a key ended with an error: {}", error.what());
    }
    if (told.empty()) return;
    terminal::above([&] {
        fmt::print("{}", told);
        std::fflush(stdout);
    });
}

void run_with_status(migrator::MigrateJob& job, const MigrateFlags& flags,
                     control::Console& console) {
    const auto& options = job.options();
    const auto format = flags.log_format;
    constexpr std::chrono::seconds kHints{600};
    auto hints_due = std::chrono::steady_clock::now() + kHints;
    bool cutting_over = false;
    const auto line = [&, hints_due,
                       cutting_over](const migrator::ProgressSnapshot& now) mutable -> std::string {
        if (format == log::Format::kJson) return control::status_json(job.controls(), options);
        const bool cuts = now.stage == migrator::Stage::kCuttingOver;
        std::string hints;
        if (std::exchange(cutting_over, cuts) != cuts && cuts) hints = console.hints();
        if (std::chrono::steady_clock::now() >= hints_due) hints = console.hints();
        if (!hints.empty()) hints_due = std::chrono::steady_clock::now() + kHints;
        return hints + control::status_line(now, options.queue_bytes);
    };
    const auto tell = [&](const migrator::ProgressSnapshot& now) {
        job.hooks().post(
            Point::kStatus,
            {{"GH_OST_STATUS", "'" + control::status_line(now, options.queue_bytes) + "'"}});
    };
    std::optional<control::LiveView> live;
    std::optional<Keyboard> keyboard;
    if (format == log::Format::kText) {
        const bool keys = terminal::is_there() && Keyboard::is_there();
        live.emplace(
            options.queue_bytes, terminal::shows_unicode(),
            keys ? control::keys_line()
                 : fmt::format("Ctrl-C ends the run, the table stays as it is; wisp ctl {} help",
                               listen_options(flags, options).socket_file));
        if (keys) {
            keyboard.emplace(
                [&](char key, const std::stop_token& stop) { on_key(console, key, stop); });
        }
    }
    const StatusPrinter printer([&] { return job.snapshot(); }, line, std::move(live), tell,
                                job.hooks().options().status_interval);
    job.run(job.controls().ending());
}

/// The report of a run that has ended.
RunReport report_of(migrator::MigrateJob& job, Outcome outcome) {
    RunReport report;
    report.outcome = outcome;
    report.verify = job.options().verify;
    report.facts = job.controls().facts.copy();
    report.figures = job.snapshot();
    return report;
}

void show_summary(const RunReport& report, const Voice& voice) {
    const auto& s = report.figures;
    voice.say(fmt::format(
        "{} {}: {} rows copied in {} chunks, {} changes replayed as {} writes, in"
        " {:.1f} s; locked for {:.1f} ms in attempt {}",
        report.outcome == Outcome::kTested ? "Tested"
        : report.facts.revert              ? "Reverted"
                                           : "Migrated",
        sql::quote(report.facts.source), s.rows_copied, s.chunks, s.changes_applied,
        s.changes_written, s.elapsed_seconds, s.locked_seconds * 1e3, s.cut_over_attempts));
    for (const auto& line : report_lines(report)) voice.say(line);
    if (!report.left.empty()) voice.say(report.left);
}

/// Throws Refusal if there is to be a file and it cannot be written.
void keep_report(const MigrateFlags& flags, const RunReport& report) {
    if (!flags.report_file.empty()) {
        const auto written = write_report(flags.report_file, report_json(report, false));
        if (!written) throw migrator::Refusal("--report-file: " + written.error());
    }
    if (flags.log_format == log::Format::kJson) {
        fmt::print("{}\n", report_json(report, true));
        std::fflush(stdout);
    }
}

/// On the table that stays beside the table, if one does; a sentence without its end.
std::string kept_table(migrator::MigrateJob& job) {
    const auto& names = job.plan().names;
    const std::string unlogged = job.plan().has_changelog ? "" : ", with SET SESSION sql_log_bin=0";
    if (job.tested()) {
        return fmt::format(
            "{} is as it was, {} is the altered one, and replication of {} is stopped: compare the"
            " two, start replication, and drop {}{}",
            sql::quote(names.source), sql::quote(names.ghost), job.route().write.label(),
            sql::quote(names.ghost), unlogged);
    }
    if (job.options().drop_old_after) return {};
    if (job.options().revert) {
        return fmt::format(
            "The table that went, with what the migration added, is {}; drop it when"
            " it is no longer needed",
            sql::quote(names.old));
    }
    if (job.plan().has_checkpoint) {
        return fmt::format(
            "The table as it was is {}, the checkpoint of the swap {}; drop both when they are no"
            " longer needed{}",
            sql::quote(names.old), sql::quote(names.checkpoint), unlogged);
    }
    return fmt::format("The table as it was is {}; drop it when it is no longer needed{}",
                       sql::quote(names.old), unlogged);
}

void execute(migrator::MigrateJob& job, const MigrateFlags& flags, control::Console& console,
             metrics::Endpoint* endpoint) {
    const Voice voice(flags.log_format);
    job.open();
    if (const auto how = alter_metadata(job); !how.empty()) {
        voice.say(fmt::format("Altered {} {}", sql::quote(job.plan().names.source), how));
        voice.say("Done");
        keep_report(flags, report_of(job, Outcome::kAltered));
        job.hooks().demand(Point::kSuccess, {{"GH_OST_INSTANT_DDL", "true"}});
        return;
    }
    make_postpone_file(job.options().postpone_flag_file);
    job.prepare();
    if (job.options().revert) voice.echo(job.way_back());
    voice.echo(console.hints());
    job.hooks().demand(Point::kValidated, {}, job.controls().ending());
    job.start();
    const Shown shown(endpoint, [&job] { return job.snapshot(); });
    run_with_status(job, flags, console);
    job.clean_up();
    auto report = report_of(job, job.tested() ? Outcome::kTested : Outcome::kMigrated);
    report.left = kept_table(job);
    show_summary(report, voice);
    voice.say("Done");
    keep_report(flags, report);  // before hooks, which may take their time
    job.hooks().demand(Point::kCleanup, {{"WISP_LEFT_BEHIND", job.left_behind()}});
    job.hooks().demand(Point::kSuccess, {{"GH_OST_INSTANT_DDL", "false"}});
}

/// Runs hooks whose failure changes nothing any more.
void tell(migrator::MigrateJob& job, Point point, const Environment& variables) {
    if (const auto ended = job.hooks().run(point, variables); !ended) {
        log::warn("{}", ended.error());
    }
}

/// What is left on the server after a failure, and how to go on with it. A ghost without rows is
/// worth nothing and goes.
std::string clean_after_failure(migrator::MigrateJob& job, const MigrateFlags& flags) {
    try {
        if (job.prepared() && !job.copying_began()) job.clean_up();
    } catch (const std::exception& error) {
        log::warn("cleaning up failed: {}", error.what());
    }
    log::error("the table is as it was and in use");
    std::string left = job.left_behind();
    if (!left.empty()) log::error("{}", left);
    if (job.options().revert && job.planned()) {
        const auto& names = job.plan().names;
        const std::string again = fmt::format(
            "{} may have been brought up to date in part; run the same command again, as long as {}"
            " and the binlog since the swap are there",
            sql::quote(names.ghost), sql::quote(names.checkpoint));
        log::error("{}", again);
        left += (left.empty() ? "" : "; ") + again;
    }
    if (job.can_be_resumed()) {
        const std::string again = "or go on from the checkpoint with: " + flags.again;
        log::error("{}", again);
        left += (left.empty() ? "" : "; ") + again;
    }
    return left;
}

RunReport failure_report(migrator::MigrateJob& job, const MigrateFlags& flags,
                         const std::exception& failure) {
    auto report = report_of(job, Outcome::kUntouched);
    report.error = failure.what();
    if (dynamic_cast<const migrator::Ambiguous*>(&failure) != nullptr) {
        report.outcome = Outcome::kUnclear;
    } else if (job.swapped() || job.altered() || job.tested()) {
        log::error("{}: the {} itself is done",
                   job.altered()   ? "the table was altered"
                   : job.swapped() ? "the tables were swapped"
                                   : "the tables were swapped and swapped back",
                   job.tested() ? "test" : "migration");
        report.outcome = Outcome::kDoneAndFailed;
        report.left = job.left_behind();
        if (const auto kept = job.altered() ? "" : kept_table(job); !kept.empty()) {
            log::error("{}", kept);
            report.left += (report.left.empty() ? "" : ". ") + kept;
        }
    } else {
        report.left = clean_after_failure(job, flags);
    }
    return report;
}

template <typename Kind>
bool is(const std::exception& failure) {
    return dynamic_cast<const Kind*>(&failure) != nullptr;
}

int code_of(const std::exception& failure, Outcome outcome, bool planned) {
    if (outcome == Outcome::kUnclear) return kUnclearEnd;
    if (outcome != Outcome::kUntouched) return kFailed;
    if (is<migrator::Overloaded>(failure)) return kOverload;
    if (is<migrator::Stopped>(failure)) return kStopped;
    if (is<migrator::CutOverGivenUp>(failure)) return kNotSwapped;
    if (is<migrator::DataDiffers>(failure)) return kDiffers;
    if (!planned && is<migrator::Refusal>(failure)) return kRefused;
    return kFailed;
}

/// Returns the exit code.
int report_failure(migrator::MigrateJob& job, const MigrateFlags& flags,
                   const std::exception& failure) {
    log::error("{}", failure.what());
    const auto report = failure_report(job, flags, failure);
    for (const auto& line : report_lines(report)) log::info("{}", line);
    try {
        keep_report(flags, report);
    } catch (const std::exception& error) {
        log::error("{}", error.what());
    }
    if (report.outcome == Outcome::kUntouched) {
        tell(job, Point::kCleanup, {{"WISP_LEFT_BEHIND", report.left}});
    }
    tell(job, Point::kFailure, {{"WISP_ERROR", report.error}, {"WISP_LEFT_BEHIND", report.left}});
    return code_of(failure, report.outcome, job.planned());
}

/// Asks the operator's hook before each command.
control::Console::Gate gate(migrator::MigrateJob& job) {
    return [&](const std::string& verb, const std::stop_token& stop) -> Expected<void> {
        return job.hooks().run(Point::kInteractiveCommand, {{"GH_OST_COMMAND", "'" + verb + "'"}},
                               stop);
    };
}

void migrate(migrator::MigrateJob& job, const MigrateFlags& flags, metrics::Endpoint* endpoint) {
    job.read_alter();
    job.hooks().check();
    const Voice voice(flags.log_format);
    control::Console console(job.controls(), job.options(), flags.commands, gate(job),
                             [&](const std::string& text) { voice.echo(text); });
    const control::Listener listener(listen_options(flags, job.options()), console);
    job.hooks().demand(Point::kStartup, {}, job.controls().ending());
    if (job.options().execute) {
        execute(job, flags, console, endpoint);
    } else {
        preview(job);
    }
}

int run_job(const MigrateFlags& flags, metrics::Endpoint* endpoint, const Signals& signals) {
    migrator::MigrateJob job(flags.options);
    const std::stop_callback stop(signals.token(),
                                  [&] { job.controls().end("stopped on request"); });
    try {
        migrate(job, flags, endpoint);
        return kOk;
    } catch (const std::exception& failure) {
        return report_failure(job, flags, failure);
    }
}

int show_help(const std::string& how) {
    const auto text = migrate_help(how);
    if (!text) {
        fmt::print(stderr, "wisp migrate: {}\n", text.error());
        return kWrongFlags;
    }
    fmt::print("{}", *text);
    return kOk;
}

}  // namespace

int run_migrate(const std::vector<std::string>& words) {
    auto flags = parse_migrate_flags(words);
    if (!flags) {
        fmt::print(stderr, "wisp migrate: {}\n", flags.error());
        return kWrongFlags;
    }
    if (!flags->help.empty()) return show_help(flags->help);
    if (flags->version) fmt::print("wisp {}\n", WISP_VERSION);
    if (flags->version || flags->check_flag) return kOk;
    flags->again = resume_command(words);
    log::set_up(threshold(flags->log_level), flags->log_format);
    for (const auto& warning : flags->warnings) log::warn("{}", warning);
    if (!flags->report_file.empty()) {
        if (const auto ok = check_report_file(flags->report_file); !ok) {
            log::error("--report-file: {}; nothing was touched", ok.error());
            return kFailed;
        }
    }
    const Signals signals(Hangup::kPassedOver);
    std::unique_ptr<metrics::Endpoint> endpoint;
    try {
        if (flags->options.execute) endpoint = serve_metrics(flags->metrics_listen);
    } catch (const std::exception& error) {
        log::error("{}", error.what());
        return kFailed;
    }
    return run_job(*flags, endpoint.get(), signals);
}

}  // namespace wisp::cmd
