// SPDX-License-Identifier: Apache-2.0
#include "cmd/run_migrate.h"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>

#include "base/log.h"
#include "cmd/flags.h"
#include "cmd/signals.h"
#include "cmd/status_line.h"
#include "cmd/status_printer.h"
#include "migrator/migrate_job.h"
#include "migrator/refusal.h"
#include "sql/identifier.h"

namespace wisp::cmd {
namespace {

constexpr int kOk = 0;
constexpr int kFailed = 1;
constexpr int kWrongFlags = 2;

spdlog::level::level_enum level(LogLevel level) {
    switch (level) {
        case LogLevel::kError:
            return spdlog::level::warn;
        case LogLevel::kInfo:
            return spdlog::level::info;
        case LogLevel::kDebug:
            return spdlog::level::debug;
    }
    return spdlog::level::info;
}

/// The postpone file is made at the start if it is missing, so that it can be removed later.
void make_postpone_file(const std::string& path) {
    if (path.empty()) return;
    const std::ofstream file(path, std::ios::app);
    if (!file) {
        throw migrator::Refusal("--postpone-cut-over-flag-file: " + path + " cannot be created");
    }
}

void show_preview(const migrator::MigrateJob& job) {
    const migrator::Plan& plan = job.plan();
    fmt::print("# Preview of the migration of {} on {}; nothing was changed\n",
               sql::quote(plan.names.source), job.route().write.label());
    fmt::print("# Key: {}; columns carried over: {}", plan.key.source_index_name,
               plan.columns.size());
    for (const auto& column : plan.columns) {
        if (!sql::same_name(column.source.name, column.ghost.name)) {
            fmt::print("; {} becomes {}", sql::quote(column.source.name),
                       sql::quote(column.ghost.name));
        }
    }
    for (const auto& column : plan.dropped) fmt::print("; {} is dropped", sql::quote(column));
    fmt::print("\n# Rows, estimated: {}\n", plan.source.estimated_rows);
    fmt::print("{}\n# Add --execute to migrate\n", plan.ghost.create_statement);
}

void show_summary(const migrator::MigrateJob& job, const migrator::MigrationOptions& options) {
    const auto s = job.snapshot();
    const migrator::Plan& plan = job.plan();
    fmt::print(
        "# Migrated {}: {} rows copied in {} chunks, {} changes replayed as {} writes, in"
        " {:.1f} s; locked for {:.1f} ms in attempt {}\n",
        sql::quote(plan.names.source), s.rows_copied, s.chunks, s.changes_applied,
        s.changes_written, s.elapsed_seconds, s.locked_seconds * 1e3, s.cut_over_attempts);
    if (!options.drop_old_after) {
        fmt::print("# The table as it was is {}; drop it when it is no longer needed\n",
                   sql::quote(plan.names.old));
    }
    fmt::print("# Done\n");
}

int preview(migrator::MigrateJob& job) {
    job.prepare();
    show_preview(job);
    job.clean_up();
    return kOk;
}

int execute(migrator::MigrateJob& job, const migrator::MigrationOptions& options,
            std::stop_token stop) {
    make_postpone_file(options.postpone_flag_file);
    job.prepare();
    fmt::print("# Migrating {}; ghost table is {}; on {}, binlog of {}\n",
               sql::quote(job.plan().names.source), sql::quote(job.plan().names.ghost),
               job.route().write.label(), job.route().stream.label());
    job.start();
    {
        const StatusPrinter printer([&] { return job.snapshot(); }, options.queue_bytes);
        job.run(stop);
    }
    job.clean_up();
    show_summary(job, options);
    return kOk;
}

/// After a failure: what is still there. A ghost without rows is worth nothing and goes.
void report_failure(migrator::MigrateJob& job, const std::exception& failure) {
    log::error("{}", failure.what());
    if (dynamic_cast<const migrator::Ambiguous*>(&failure) != nullptr) return;
    if (job.swapped()) {
        log::error("the tables were swapped: the migration itself is done");
        return;
    }
    try {
        if (job.prepared() && !job.copying_began()) job.clean_up();
    } catch (const std::exception& error) {
        log::warn("cleaning up failed: {}", error.what());
    }
    log::error("the table is as it was and in use");
    const std::string left = job.left_behind();
    if (!left.empty()) log::error("{}", left);
}

}  // namespace

int run_migrate(const std::vector<std::string>& words) {
    auto flags = parse_migrate_flags(words);
    if (!flags) {
        fmt::print(stderr, "wisp migrate: {}\n", flags.error());
        return kWrongFlags;
    }
    if (flags->help) {
        fmt::print("{}", migrate_help());
        return kOk;
    }
    log::set_up(level(flags->log_level));
    const Signals signals;
    migrator::MigrateJob job(flags->options);
    try {
        return flags->options.execute ? execute(job, flags->options, signals.token())
                                      : preview(job);
    } catch (const std::exception& failure) {
        report_failure(job, failure);
        return kFailed;
    }
}

}  // namespace wisp::cmd
