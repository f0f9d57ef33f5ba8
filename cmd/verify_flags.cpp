// SPDX-License-Identifier: Apache-2.0
#include "cmd/verify_flags.h"

#include <fmt/format.h>

#include <boost/program_options.hpp>
#include <sstream>

#include "cmd/connection_flags.h"
#include "cmd/flag_words.h"
#include "throttle/load_limits.h"

namespace wisp::cmd {
namespace {

namespace po = boost::program_options;

constexpr const char* kUsage =
    "wisp verify --host=PRIMARY --replica=HOST[:PORT],… [flags]\n"
    "\n"
    "Which tables of the replicas are not what the primary has: compared row by row, bit by bit,\n"
    "while both are written. Nothing is written to any server, and no table is locked. A row that\n"
    "is only behind is no difference: what is reported was proved.\n"
    "\n"
    "With --repair the rows that differ are then written to the replica as the primary has them, "
    "in\n"
    "place, with its SQL thread paused for moments. Nothing of that goes to the replica's binlog, "
    "so\n"
    "replicas behind it are not mended.\n"
    "\n"
    "Exit code: 0 all equal, 3 something has drifted, 4 nothing has, but a table could not be\n"
    "compared, 1 failed or stopped, 2 wrong flags.\n";

struct Raw {
    ConnectionFlags connection;
    std::string replicas;
    std::string databases;
    std::string tables;
    std::string max_load;
    std::string critical_load;
    unsigned chunk_time = 200;
    long long chunk_size = 0;
    unsigned workers = 2;
    unsigned max_lag = 5'000;
    unsigned patience = 600;
    long long most_rows = 1'000;
};

po::options_description all_flags(VerifyFlags& flags, Raw& raw) {
    auto& o = flags.options;
    po::options_description servers("Servers");
    add_connection_flags(servers, raw.connection, "the primary, or another source");
    servers.add_options()("replica", value(&raw.replicas, "HOST[:PORT],…"),
                          "what is compared with it; the same account, password and TLS");
    po::options_description what("What is compared");
    what.add_options()("database", value(&raw.databases, "NAME,…"),
                       "only these schemas (all but the server's own)")(
        "table", value(&raw.tables, "NAME,…"),
        "only these tables: of the one --database, or schema.name")(
        "max-rows", value(&raw.most_rows, "N"),
        "rows named for one table of one replica, 1..100000; with more it is left (1000)");
    po::options_description pace("Pace and throttling");
    pace.add_options()("workers", value(&raw.workers, "N"),
                       "connections to each server that read at a time, 1..16 (2)")(
        "chunk-time-millis", value(&raw.chunk_time, "MS"), "time to aim at for one read (200)")(
        "chunk-size", value(&raw.chunk_size, "ROWS"),
        "rows at a time, 10..100000 (steered by time)")(
        "max-lag-millis", value(&raw.max_lag, "MS"),
        "wait while a replica is further behind, by its own word (5000)")(
        "catch-up-timeout-seconds", value(&raw.patience, "S"),
        "how long a replica may take to get to where a row was read on the primary (600)")(
        "max-load", value(&raw.max_load, "VAR=N,…"), "wait while the primary's status has these")(
        "critical-load", value(&raw.critical_load, "VAR=N,…"), "status values that end the run")(
        "throttle-flag-file", value(&o.knobs.flag_file, "PATH"), "wait while it exists")(
        "throttle-additional-flag-file", value(&o.knobs.additional_flag_file, "PATH"),
        "another one")("panic-flag-file", value(&o.knobs.panic_flag_file, "PATH"),
                       "the run ends when it appears");
    what.add_options()("state-file", value(&o.state_file, "PATH"),
                       "keeps there how far it is; after an interruption the same command goes on"
                       " from it");
    po::options_description repair("Repair");
    repair.add_options()("repair", flag(&flags.repair),
                         "mend the rows that were found (not more than --max-rows a table)");
    po::options_description output("Output");
    output.add_options()("report", value(&flags.report, "FILE"),
                         "what was found as JSON; - is standard output, in place of the text")(
        "verbose", flag(&flags.verbose), "log each table")("debug", flag(&flags.debug), "log more")(
        "quiet", flag(&flags.quiet), "log errors only")("help", flag(&flags.help), "this text");
    po::options_description all;
    all.add(servers).add(what).add(repair).add(pace).add(output);
    return all;
}

std::vector<std::string> list_of(const std::string& text) {
    std::vector<std::string> items;
    std::stringstream stream(text);
    for (std::string item; std::getline(stream, item, ',');)
        if (!item.empty()) items.push_back(item);
    return items;
}

Expected<void> read_servers(const Raw& raw, drift::Options& o) {
    auto primary = endpoint_of(raw.connection);
    if (!primary) return Unexpected(primary.error());
    o.primary = std::move(*primary);
    auto replicas = replicas_of(o.primary, raw.replicas);
    if (!replicas) return Unexpected(replicas.error());
    o.replicas = std::move(*replicas);
    return {};
}

Expected<void> read_tables(const Raw& raw, drift::Options& o) {
    o.databases = list_of(raw.databases);
    o.tables = list_of(raw.tables);
    if (o.databases.size() == 1) return {};
    for (const auto& table : o.tables) {
        if (!o.databases.empty())
            return Unexpected("--table goes with one --database, or as schema.name with none");
        if (table.find('.') == std::string::npos)
            return Unexpected(fmt::format(
                "--table={}: say of which schema, by --database or as schema.name", table));
    }
    return {};
}

Expected<void> check_range(const char* name, long long value, long long low, long long high) {
    if (value >= low && value <= high) return {};
    return Unexpected(
        fmt::format("--{}={} is out of range; give {} to {}", name, value, low, high));
}

Expected<void> read_pace(const Raw& raw, drift::Options& o) {
    if (raw.chunk_size != 0) {
        if (auto ok = check_range("chunk-size", raw.chunk_size, 10, 100'000); !ok) return ok;
    }
    if (auto ok = check_range("workers", raw.workers, 1, 16); !ok) return ok;
    if (auto ok = check_range("chunk-time-millis", raw.chunk_time, 10, 5'000); !ok) return ok;
    if (auto ok = check_range("max-rows", raw.most_rows, 1, 100'000); !ok) return ok;
    if (auto ok = check_range("max-lag-millis", raw.max_lag, 1'000, 86'400'000); !ok) return ok;
    if (auto ok = check_range("catch-up-timeout-seconds", raw.patience, 1, 864'000); !ok) return ok;
    auto max_load = throttle::parse_load_limits(raw.max_load);
    if (!max_load) return Unexpected("--max-load: " + max_load.error());
    auto critical_load = throttle::parse_load_limits(raw.critical_load);
    if (!critical_load) return Unexpected("--critical-load: " + critical_load.error());
    o.workers = raw.workers;
    o.chunk_rows = static_cast<std::size_t>(raw.chunk_size);
    o.chunk_time = std::chrono::milliseconds(raw.chunk_time);
    o.most_rows = static_cast<std::size_t>(raw.most_rows);
    o.patience = std::chrono::seconds(raw.patience);
    o.knobs.max_lag = std::chrono::milliseconds(raw.max_lag);
    o.knobs.max_load = std::move(*max_load);
    o.knobs.critical_load = std::move(*critical_load);
    return {};
}

}  // namespace

Expected<VerifyFlags> parse_verify_flags(const std::vector<std::string>& words) {
    VerifyFlags flags;
    Raw raw;
    const auto all = all_flags(flags, raw);
    if (auto read = read_flags(words, all, "wisp verify"); !read) return Unexpected(read.error());
    if (flags.help) return flags;
    if (auto ok = read_servers(raw, flags.options); !ok) return Unexpected(ok.error());
    if (auto ok = read_tables(raw, flags.options); !ok) return Unexpected(ok.error());
    if (auto ok = read_pace(raw, flags.options); !ok) return Unexpected(ok.error());
    return flags;
}

std::string verify_help() {
    VerifyFlags flags;
    Raw raw;
    std::stringstream text;
    text << kUsage << all_flags(flags, raw);
    return text.str();
}

}  // namespace wisp::cmd
