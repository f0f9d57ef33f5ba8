// SPDX-License-Identifier: Apache-2.0
#include "cmd/run_rebuild.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "base/log.h"
#include "base/terminal.h"
#include "cmd/exit_code.h"
#include "cmd/metrics_served.h"
#include "cmd/postpone_file.h"
#include "cmd/rebuild_flags.h"
#include "cmd/repair_rows.h"
#include "cmd/signals.h"
#include "cmd/status_printer.h"
#include "control/console.h"
#include "control/listener.h"
#include "control/live_view.h"
#include "control/socket.h"
#include "control/status_text.h"
#include "drift/verify_run.h"
#include "migrator/rebuild/rebuild_job.h"
#include "sql/identifier.h"

namespace wisp::cmd {
namespace {

using hooks::Point;

void show(const migrator::RebuildJob& job) {
    for (const auto& target : job.targets()) {
        const auto& found = target->preflight();
        if (job.targets().size() > 1) fmt::print("# On {}:\n", target->replica().label());
        for (std::size_t i = 0; i < found.steps.size(); ++i) {
            fmt::print("# {:2}. {}\n", i + 1, found.steps[i]);
        }
        if (!found.issues.empty()) fmt::print("# In the way:\n");
        for (const auto& issue : found.issues) fmt::print("#  - {}\n", issue);
    }
    std::fflush(stdout);
}

/// True if nothing is in the way.
bool preview(migrator::RebuildJob& job) {
    for (const auto& target : job.targets()) {
        for (const auto& sentence : target->left_by_killed()) {
            fmt::print("# An earlier run ended early on {}, --execute puts right: {}\n",
                       target->replica().label(), sentence);
        }
    }
    job.look();
    show(job);
    for (const auto& target : job.targets()) {
        if (!target->preflight().issues.empty()) return false;
    }
    fmt::print("# Nothing was changed. Add --execute to rebuild {} on {}\n",
               sql::quote(job.targets().front()->preflight().plan.source.name), job.replicas());
    return true;
}

control::ListenOptions listen_options(const RebuildFlags& flags) {
    auto listen = flags.listen;
    const auto& run = flags.options.run;
    if (listen.socket_file.empty()) {
        listen.socket_file = control::default_socket_path(run.schema, run.table);
    }
    return listen;
}

void run_with_status(migrator::RebuildJob& job, const RebuildFlags& flags) {
    const auto queue = job.options().run.queue_bytes;
    const auto line = [&](const auto& now) { return control::status_line(now, queue); };
    const StatusPrinter printer(
        [&] { return job.snapshot(); }, line,
        control::LiveView(queue, terminal::shows_unicode(),
                          fmt::format("Ctrl-C ends the run, the table stays as it is; wisp ctl {}"
                                      " help",
                                      listen_options(flags).socket_file)),
        [&](const auto& now) {
            job.hooks().post(Point::kStatus, {{"GH_OST_STATUS", "'" + line(now) + "'"}});
        },
        job.hooks().options().status_interval);
    job.run(job.controls().ending());
}

void say_what_was_done(const migrator::RebuildJob& job) {
    const auto s = job.snapshot();
    fmt::print(
        "# Rebuilt {} on {}: {} rows copied in {} chunks, {} verified, {} changes replayed,"
        " in {:.1f} s; the SQL thread stood for {:.1f} ms in attempt {}\n",
        sql::quote(job.targets().front()->preflight().plan.source.name), job.replicas(),
        s.rows_copied, s.chunks, s.rows_verified, s.changes_applied, s.elapsed_seconds,
        s.locked_seconds * 1e3, s.cut_over_attempts);
    std::fflush(stdout);
}

void say_what_was_seen(const migrator::RebuildJob& job) {
    for (const auto& target : job.targets()) {
        if (job.targets().size() > 1) fmt::print("# On {}:\n", target->replica().label());
        for (const auto& sentence : target->seen()) fmt::print("# {}\n", sentence);
        const auto& found = target->preflight();
        if (job.options().run.drop_old_after || !found.replicas_own) continue;
        fmt::print(
            "# The table as it was is {}; drop it there with SET sql_log_bin=0 when it is no"
            " longer needed\n",
            sql::quote(found.plan.names.old));
    }
}

void execute(migrator::RebuildJob& job, const RebuildFlags& flags, metrics::Endpoint* endpoint) {
    auto& controls = job.controls();
    controls.throw_if_ended();
    job.hooks().check();
    control::Console console(
        controls, job.options().run, flags.commands,
        [&](const std::string& verb, const std::stop_token& stop) {
            return job.hooks().run(Point::kInteractiveCommand,
                                   {{"GH_OST_COMMAND", "'" + verb + "'"}}, stop);
        },
        [](const std::string& text) {
            terminal::above([&] {
                fmt::print("{}", text);
                std::fflush(stdout);
            });
        });
    const control::Listener listener(listen_options(flags), console);
    job.hooks().demand(Point::kStartup, {}, controls.ending());
    make_postpone_file(job.options().run.postpone_flag_file);
    job.mend();
    job.look();
    show(job);
    job.prepare();
    const auto& names = job.targets().front()->preflight().plan.names;
    fmt::print("# Rebuilding {} on {} from {}; ghost table is {}\n", sql::quote(names.source),
               job.replicas(), job.options().run.endpoint.label(), sql::quote(names.ghost));
    std::fflush(stdout);
    job.hooks().demand(Point::kValidated, {}, controls.ending());
    job.start();
    const Shown shown(endpoint, [&job] { return job.snapshot(); });
    run_with_status(job, flags);
    say_what_was_done(job);
    job.finish(controls.ending());
    say_what_was_seen(job);
    fmt::print("# Done\n");
    std::fflush(stdout);
    job.hooks().demand(Point::kSuccess, {{"GH_OST_INSTANT_DDL", "false"}});
}

/// What a run that has failed leaves on one replica, and what now.
void say_what_is_left(const migrator::RebuildJob& job, const migrator::Target& target,
                      const std::string& problem) {
    const std::string replica = target.replica().label();
    if (!problem.empty()) {
        log::error("{}", problem);
        log::error("look at {}, or run wisp rebuild again, which puts right what is left", replica);
        return;
    }
    if (!target.swapped()) {
        log::error("nothing was swapped; replication of {} is as it was", replica);
        return;
    }
    if (target.trouble().empty()) {  // else it was said when it came
        log::error("the table is rebuilt; replication of {} is as it was", replica);
    }
    for (const auto& sentence : target.seen()) log::error("{}: {}", replica, sentence);
    if (job.targets().size() == 1) return;
    log::error("leave {} out of --replica when you run it again{}; its table as it was is {}",
               replica,
               target.hands_on() ? ", and name it as --host for those that replicate from it" : "",
               sql::quote(target.preflight().plan.names.old));
}

void clean_after_failure(migrator::RebuildJob& job) {
    try {
        job.clean_up([&](const migrator::Target& target, const std::string& problem) {
            say_what_is_left(job, target, problem);
        });
    } catch (const std::exception& error) {
        log::error("{}", error.what());
    }
}

/// These replicas' table, read once; false if it failed, or something is in the way.
bool rebuild(const RebuildFlags& flags, std::vector<mysql::Endpoint> replicas,
             metrics::Endpoint* endpoint, const Signals& signals) {
    auto options = flags.options;
    options.replicas = std::move(replicas);
    migrator::RebuildJob job(options);
    const std::stop_callback stop(signals.token(),
                                  [&] { job.controls().end("stopped on request"); });
    try {
        if (!options.run.execute) return preview(job);
        execute(job, flags, endpoint);
        return true;
    } catch (const std::exception& failure) {
        log::error("{}", failure.what());
        clean_after_failure(job);
        const auto told = job.hooks().run(Point::kFailure, {{"WISP_ERROR", failure.what()}});
        if (!told) log::warn("{}", told.error());
        return false;
    }
}

/// All at once; but one after another where each may get a table of its own. What failed for one
/// would mostly fail for the next, and the operator should look first.
bool rebuild_all(const RebuildFlags& flags, metrics::Endpoint* endpoint, const Signals& signals) {
    const auto& replicas = flags.options.replicas;
    if (!flags.options.keep_replica_indexes) return rebuild(flags, replicas, endpoint, signals);
    bool all = true;
    for (auto replica = replicas.begin(); replica != replicas.end(); ++replica) {
        all = rebuild(flags, {*replica}, endpoint, signals) && all;
        if (all || !flags.options.run.execute) continue;
        for (auto next = replica + 1; next != replicas.end(); ++next) {
            log::error("the rebuild on {} was not begun", next->label());
        }
        break;
    }
    return all;
}

/// The rows that differ, in place.
int repair(const RebuildFlags& flags, const std::stop_token& stop) {
    const auto& run = flags.options.run;
    drift::Options options;
    options.primary = run.endpoint;
    options.replicas = flags.options.replicas;
    options.databases = {run.schema};
    options.tables = {run.table};
    options.workers = run.copiers.most;
    options.chunk_rows = run.chunk_rows;
    options.chunk_time = run.chunk_time;
    options.knobs = run.knobs->copy();
    auto report = drift::verify(options, stop, {});
    if (run.execute) repair_rows(options, report, true, stop);
    fmt::print("{}", report_text(report));
    if (!run.execute) fmt::print("# Nothing was changed. Add --execute to mend these rows\n");
    return exit_code(report.finding());
}

}  // namespace

int run_rebuild(const std::vector<std::string>& words) {
    auto flags = parse_rebuild_flags(words);
    if (!flags) {
        fmt::print(stderr, "wisp rebuild: {}\n", flags.error());
        return kWrongFlags;
    }
    if (flags->help) {
        fmt::print("{}", rebuild_help());
        return kOk;
    }
    log::set_up(threshold(flags->log_level));
    const Signals signals;
    try {
        if (flags->repair) return repair(*flags, signals.token());
        std::unique_ptr<metrics::Endpoint> endpoint;
        if (flags->options.run.execute) endpoint = serve_metrics(flags->metrics_listen);
        return rebuild_all(*flags, endpoint.get(), signals) ? kOk : kFailed;
    } catch (const std::exception& failure) {
        log::error("{}", failure.what());
        return kFailed;
    }
}

}  // namespace wisp::cmd
