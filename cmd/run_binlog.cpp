// SPDX-License-Identifier: Apache-2.0
#include "cmd/run_binlog.h"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "base/log.h"
#include "binlog/server_log.h"
#include "cmd/binlog_flags.h"
#include "cmd/exit_code.h"
#include "cmd/signals.h"
#include "extract/locate.h"
#include "extract/log_reader.h"
#include "extract/sql_run.h"
#include "extract/statistics.h"
#include "extract/utc_time.h"
#include "migrator/inspector.h"
#include "mysql/connection.h"
#include "sql/identifier.h"

namespace wisp::cmd {
namespace {

/// No session can switch triggers off, so what they did once they will do again.
void warn_of_triggers(mysql::Connection& connection, const sql::TableName& name) {
    const auto count = connection.scalar(fmt::format(
        "SELECT COUNT(*) FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = {} AND "
        "EVENT_OBJECT_TABLE = {}",
        sql::text_literal(name.schema), sql::text_literal(name.table)));
    if (count && *count != "0")
        log::warn(
            "the table has triggers, which fire when the script is loaded, while the log has "
            "what they did already; drop them meanwhile table={}",
            sql::quote(name));
}

/// Looks tables up on the server, if one was named; connects when first asked.
extract::Catalogue catalogue_of(const std::optional<mysql::Endpoint>& server) {
    if (!server) return {};
    return [server, connection = std::shared_ptr<mysql::Connection>()](
               const sql::TableName& name) mutable -> std::optional<sql::Table> {
        if (!connection)
            connection = std::make_shared<mysql::Connection>(*server, mysql::Session{});
        if (migrator::relation(*connection, name) == migrator::Relation::kNone) return std::nullopt;
        warn_of_triggers(*connection, name);
        return migrator::inspect_table(*connection, name);
    };
}

/// A server's log need not be read from its first file on if only later times are wanted.
void skip_old_files(BinlogFlags& flags) {
    if (!flags.range.files.empty() || !flags.range.start.empty() || !flags.filter.start_time)
        return;
    mysql::Connection connection(*flags.range.server, mysql::Session{});
    flags.range.start = {binlog::file_of_time(connection, *flags.filter.start_time), 4};
    log::info("earlier files are not read start={}", flags.range.start.file);
}

void say_times(const extract::Filter& filter) {
    if (!filter.start_time && !filter.stop_time) return;
    log::info("transactions committed from {} until before {}",
              filter.start_time ? extract::utc_text(*filter.start_time) + " UTC" : "the start",
              filter.stop_time ? extract::utc_text(*filter.stop_time) + " UTC" : "the end");
}

int interrupted() {
    log::error("interrupted; what was written is not complete");
    return kFailed;
}

int write_sql(const BinlogFlags& flags, const std::stop_token& stop) {
    extract::SqlRun run({flags.filter, flags.scripts}, catalogue_of(flags.range.server));
    extract::LogReader reader(flags.range, run.decoder_options());
    reader.run(stop, [&](binlog::Transaction&& transaction) {
        run.take(transaction);
        return true;
    });
    if (stop.stop_requested()) return interrupted();
    run.finish();
    if (run.transactions() == 0)
        log::warn("no row change in this range matches; the script changes nothing");
    else
        log::info("done transactions={}", run.transactions());
    return kOk;
}

int show_stats(const BinlogFlags& flags, const std::stop_token& stop) {
    extract::Statistics statistics(flags.interval, flags.top);
    const auto catalogue = catalogue_of(flags.range.server);
    binlog::DecoderOptions options;
    options.tables.watches = [&](std::string_view schema, std::string_view table) {
        return flags.filter.wants_table(schema, table);
    };
    options.make_store = [&] { return std::make_unique<extract::CountStore>(flags.filter); };
    extract::LogReader reader(flags.range, std::move(options));
    reader.run(stop, [&](binlog::Transaction&& transaction) {
        if (transaction.stored && flags.filter.wants(transaction))
            statistics.add(transaction,
                           static_cast<const extract::CountStore&>(*transaction.stored));
        return true;
    });
    if (stop.stop_requested()) return interrupted();
    fmt::print("{}", flags.json ? report_json(statistics) : report_text(statistics));
    return kOk;
}

int locate(const BinlogFlags& flags, const std::stop_token& stop) {
    const extract::Wanted wanted{flags.filter, flags.position};
    const auto found = extract::locate(flags.range, wanted, stop);
    if (stop.stop_requested()) return interrupted();
    fmt::print("{}", flags.json ? located_json(found) : located_text(found));
    const std::uint64_t wanted_gtids = flags.filter.include.count();
    if (found.empty()) {
        log::error("not found in the log that was read");
    } else if (found.size() < wanted_gtids) {
        log::error(
            "found {} of {} GTIDs in the log that was read; the others may be in files that "
            "were purged, or not written yet",
            found.size(), wanted_gtids);
    } else {
        return kOk;
    }
    return kFailed;
}

int run(BinlogFlags flags, const std::stop_token& stop) {
    say_times(flags.filter);
    skip_old_files(flags);
    switch (flags.task) {
        case BinlogTask::kSql:
        case BinlogTask::kRollback:
            return write_sql(flags, stop);
        case BinlogTask::kStats:
            return show_stats(flags, stop);
        case BinlogTask::kLocate:
            return locate(flags, stop);
    }
    return kFailed;
}

}  // namespace

int run_binlog(const std::vector<std::string>& words) {
    auto flags = parse_binlog_flags(words);
    if (!flags) {
        fmt::print(stderr, "wisp binlog: {}\n", flags.error());
        return kWrongFlags;
    }
    if (flags->help) {
        fmt::print("{}", binlog_help());
        return kOk;
    }
    log::set_up(flags->quiet ? spdlog::level::warn : spdlog::level::info);
    const Signals signals;
    try {
        return run(std::move(*flags), signals.token());
    } catch (const std::exception& failure) {
        log::error("{}", failure.what());
        return kFailed;
    }
}

}  // namespace wisp::cmd
