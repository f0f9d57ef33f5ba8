// SPDX-License-Identifier: Apache-2.0
#include "cmd/binlog_flags.h"

#include <fmt/format.h>

#include <array>
#include <boost/program_options.hpp>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <sstream>

#include "cmd/connection_flags.h"
#include "cmd/flag_words.h"
#include "extract/utc_time.h"

namespace wisp::cmd {
namespace {

namespace po = boost::program_options;

constexpr const char* kUsage =
    "wisp binlog sql      [flags] [FILE…]   the row changes as SQL, as they were made\n"
    "wisp binlog rollback [flags] [FILE…]   SQL that takes them back, the last one first\n"
    "wisp binlog stats    [flags] [FILE…]   rows, bytes and transactions by table and time\n"
    "wisp binlog locate   [flags] [FILE…]   where a GTID, a time or a position lies\n"
    "\n"
    "Reads binlog FILEs (- is standard input), or without any the binlog of the server that the\n"
    "connection flags name. With both, the server only tells the names of columns, which a log\n"
    "holds only with binlog_row_metadata=FULL. Nothing is ever written to a server. Times are "
    "UTC.\n"
    "\n"
    "  A DELETE went wrong at about ten past two; see it, undo it:\n"
    "    wisp binlog stats --host=db1 --user=me --start-datetime='2026-11-03 14:05' --interval=60\n"
    "    wisp binlog rollback --host=db1 --user=me --table=shop.orders --kind=delete \\\n"
    "        --start-datetime='2026-11-03 14:09' --stop-datetime='2026-11-03 14:12' > undo.sql\n"
    "    less undo.sql; mysql shop < undo.sql\n";

struct Raw {
    ConnectionFlags connection;
    std::string databases;
    std::string tables;
    std::string kinds;
    std::string start_time;
    std::string stop_time;
    std::string include;
    std::string exclude;
    std::string start;
    std::string stop;
    std::string position;
    std::string tmp_dir;
};

po::options_description all_flags(BinlogFlags& flags, Raw& raw) {
    po::options_description connection("Server");
    add_connection_flags(connection, raw.connection,
                         "server whose binlog is read, or whose catalogue names columns");
    po::options_description what("What of the log");
    what.add_options()("database", value(&raw.databases, "NAME,…"), "only these schemas")(
        "table", value(&raw.tables, "NAME,…"), "only these tables: name, or schema.name")(
        "kind", value(&raw.kinds, "KIND,…"), "only these changes: insert, update, delete")(
        "start-datetime", value(&raw.start_time, "TIME"),
        "committed then or later: '2026-11-03 14:09' is UTC, '2026-11-03 15:09+01:00', @SECONDS")(
        "stop-datetime", value(&raw.stop_time, "TIME"), "committed before")(
        "start-position", value(&raw.start, "FILE:POS"), "from there; of one file, POS will do")(
        "stop-position", value(&raw.stop, "FILE:POS"), "what ended there or before")(
        "gtids", value(&raw.include, "SET"),
        "only these: uuid:1-5,… on MySQL; 0-1-7, 0-1-7..20,… on MariaDB")(
        "exclude-gtids", value(&raw.exclude, "SET"), "all but these");
    po::options_description sql("sql and rollback");
    auto& script = flags.scripts.script;
    sql.add_options()("dir", value(&flags.scripts.folder, "DIR"),
                      "write forward.sql or rollback.sql in this folder, not to standard output")(
        "per-table", flag(&flags.scripts.per_table), "with --dir: one file a table")(
        "ddl", flag(&script.run_ddl), "sql: write DDL to be run, not as a comment")(
        "without-binlog", flag(&script.without_binlog),
        "the script switches the binlog off for itself (sql_log_bin = 0)")(
        "tmp-dir", value(&raw.tmp_dir, "DIR"),
        "where rollback and long transactions are kept meanwhile (TMPDIR, or /tmp)");
    po::options_description stats("stats and locate");
    stats.add_options()("interval", value(&flags.interval, "S"),
                        "stats: a line for each table and so many seconds")(
        "top", value(&flags.top, "N"), "stats: how many large and long transactions (10)")(
        "position", value(&raw.position, "FILE:POS"), "locate: the transaction that lies there")(
        "json", flag(&flags.json), "for programs");
    po::options_description output("Output");
    output.add_options()("quiet", flag(&flags.quiet), "warnings and errors only")(
        "help", flag(&flags.help), "this text");
    po::options_description all;
    all.add(what).add(sql).add(stats).add(connection).add(output);
    return all;
}

std::vector<std::string> list_of(const std::string& text) {
    std::vector<std::string> items;
    std::stringstream stream(text);
    for (std::string item; std::getline(stream, item, ',');)
        if (!item.empty()) items.push_back(item);
    return items;
}

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

/// "binlog.000002:1234", "1234", or "binlog.000002" for its start.
Expected<binlog::Position> position_of(const char* flag, const std::string& text) {
    if (text.empty()) return binlog::Position{};
    if (const auto offset = number_of(text)) return binlog::Position{"", *offset};
    const auto colon = text.rfind(':');
    if (colon == std::string::npos) return binlog::Position{text, 4};
    const auto offset = number_of(std::string_view(text).substr(colon + 1));
    if (!offset || colon == 0)
        return Unexpected(
            fmt::format("--{}={} is no position; write binlog.000002:1234", flag, text));
    return binlog::Position{text.substr(0, colon), *offset};
}

Expected<void> read_kinds(const std::string& text, extract::Filter& filter) {
    if (text.empty()) return {};
    filter.inserts = filter.updates = filter.deletes = false;
    for (const auto& kind : list_of(text)) {
        if (kind == "insert")
            filter.inserts = true;
        else if (kind == "update")
            filter.updates = true;
        else if (kind == "delete")
            filter.deletes = true;
        else
            return Unexpected(
                fmt::format("--kind={}: \"{}\" is none of insert, update, delete", text, kind));
    }
    return {};
}

Expected<void> read_filter(const Raw& raw, BinlogFlags& flags) {
    auto& filter = flags.filter;
    filter.schemas = list_of(raw.databases);
    filter.tables = list_of(raw.tables);
    if (auto kinds = read_kinds(raw.kinds, filter); !kinds) return kinds;
    const auto read_time = [](const char* flag, const std::string& text,
                              std::optional<std::int64_t>& out) -> Expected<void> {
        if (text.empty()) return {};
        const auto time = extract::parse_time(text);
        if (!time) return Unexpected(fmt::format("--{}: {}", flag, time.error()));
        out = *time;
        return {};
    };
    if (auto start = read_time("start-datetime", raw.start_time, filter.start_time); !start)
        return start;
    if (auto stop = read_time("stop-datetime", raw.stop_time, filter.stop_time); !stop) return stop;
    flags.range.stop_time = filter.stop_time;
    auto include = binlog::GtidSet::parse(raw.include);
    if (!include) return Unexpected("--gtids: " + include.error());
    auto exclude = binlog::GtidSet::parse(raw.exclude);
    if (!exclude) return Unexpected("--exclude-gtids: " + exclude.error());
    filter.include = std::move(*include);
    filter.exclude = std::move(*exclude);
    return {};
}

Expected<void> read_range(const Raw& raw, BinlogFlags& flags) {
    auto start = position_of("start-position", raw.start);
    if (!start) return Unexpected(start.error());
    auto stop = position_of("stop-position", raw.stop);
    if (!stop) return Unexpected(stop.error());
    auto position = position_of("position", raw.position);
    if (!position) return Unexpected(position.error());
    flags.range.start = std::move(*start);
    flags.range.stop = std::move(*stop);
    flags.position = std::move(*position);
    const auto& defaults = mysql::Endpoint{};
    const auto& given = raw.connection.endpoint;
    const bool named = !given.user.empty() || !given.socket.empty() ||
                       given.host != defaults.host || given.port != defaults.port;
    if (!named && flags.range.files.empty())
        return Unexpected(
            "name binlog files, or a server; for one on 127.0.0.1 give --user as well");
    for (const auto* at : {&flags.range.start, &flags.range.stop, &flags.position})
        if (at->file.empty() && at->offset != 0 && flags.range.files.size() != 1)
            return Unexpected("write positions as FILE:POS unless exactly one file is read");
    if (!named) return {};
    auto endpoint = endpoint_of(raw.connection);
    if (!endpoint) return Unexpected(endpoint.error());
    flags.range.server = std::move(*endpoint);
    return {};
}

Expected<void> check(const Raw& raw, const BinlogFlags& flags) {
    if (flags.scripts.per_table && flags.scripts.folder.empty())
        return Unexpected("--per-table needs --dir");
    if (flags.scripts.script.run_ddl && flags.task != BinlogTask::kSql)
        return Unexpected("--ddl is for sql: DDL cannot be taken back");
    const bool something = !raw.include.empty() || !raw.position.empty() || !raw.start_time.empty();
    if (flags.task == BinlogTask::kLocate && !something)
        return Unexpected("locate needs --gtids, --position or --start-datetime");
    return {};
}

Expected<BinlogTask> task_of(const std::string& word) {
    if (word == "sql") return BinlogTask::kSql;
    if (word == "rollback") return BinlogTask::kRollback;
    if (word == "stats") return BinlogTask::kStats;
    if (word == "locate") return BinlogTask::kLocate;
    return Unexpected(fmt::format(
        "\"{}\" is none of sql, rollback, stats, locate; see wisp binlog --help", word));
}

}  // namespace

Expected<BinlogFlags> parse_binlog_flags(const std::vector<std::string>& words) {
    BinlogFlags flags;
    Raw raw;
    std::vector<std::string> others;
    const auto all = all_flags(flags, raw);
    if (auto read = read_flags(words, all, "wisp binlog", &others); !read)
        return Unexpected(read.error());
    if (flags.help) return flags;
    if (others.empty())
        return Unexpected("say what to make: sql, rollback, stats or locate; see --help");
    const auto task = task_of(others.front());
    if (!task) return Unexpected(task.error());
    flags.task = *task;
    flags.range.files.assign(others.begin() + 1, others.end());
    auto& script = flags.scripts.script;
    if (flags.task == BinlogTask::kRollback) script.direction = extract::Direction::kBackward;
    const char* from_environment = std::getenv("TMPDIR");
    if (!raw.tmp_dir.empty())
        script.spool.folder = raw.tmp_dir;
    else if (from_environment != nullptr)
        script.spool.folder = from_environment;
    if (auto ok = read_filter(raw, flags); !ok) return Unexpected(ok.error());
    if (auto ok = read_range(raw, flags); !ok) return Unexpected(ok.error());
    if (auto ok = check(raw, flags); !ok) return Unexpected(ok.error());
    return flags;
}

std::string binlog_help() {
    BinlogFlags flags;
    Raw raw;
    std::stringstream text;
    text << kUsage << all_flags(flags, raw);
    return text.str();
}

}  // namespace wisp::cmd
