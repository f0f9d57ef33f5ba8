// SPDX-License-Identifier: Apache-2.0
#include "cmd/rebuild_flags.h"

#include <fmt/format.h>

#include <boost/program_options.hpp>
#include <sstream>

#include "cmd/connection_flags.h"
#include "cmd/flag_words.h"
#include "cmd/migrate_flags.h"

namespace wisp::cmd {
namespace {

namespace po = boost::program_options;

/// Flag values as typed, before they become options.
struct RebuildRaw {
    Raw shared;  // with `wisp migrate`, whose rows bind to it
    ConnectionFlags connection;
    std::string replicas;
    std::string verify = "full";
    long long chunk_size = 0;
    unsigned chunk_time = 500;
    unsigned copiers = 2;
    unsigned lock_timeout = 3;
    unsigned watch = 30;
    unsigned max_lag = 0;
    bool debug = false;
    bool quiet = false;
};

/// Those of `wisp migrate` that mean the same here.
std::vector<FlagGroup<Raw>> shared_flags() {
    return picked(migrate_flag_table(), {"max-load",
                                         "critical-load",
                                         "critical-load-interval-millis",
                                         "critical-load-hibernate-seconds",
                                         "nice-ratio",
                                         "throttle-http",
                                         "throttle-http-interval-millis",
                                         "throttle-http-timeout-millis",
                                         "ignore-http-errors",
                                         "throttle-flag-file",
                                         "throttle-additional-flag-file",
                                         "panic-flag-file",
                                         "serve-socket-file",
                                         "initially-drop-socket-file",
                                         "serve-tcp-port",
                                         "serve-tcp-host",
                                         "serve-tcp-token-file",
                                         "force-named-panic",
                                         "force-named-cut-over",
                                         "hooks-path",
                                         "hooks-hint",
                                         "hooks-hint-owner",
                                         "hooks-hint-token",
                                         "hooks-status-interval",
                                         "hooks-timeout-seconds",
                                         "metrics-listen"});
}

/// Those that are only here.
po::options_description own_flags(RebuildFlags& flags, RebuildRaw& raw) {
    migrator::MigrationOptions& o = raw.shared.flags.options;
    po::options_description connection("Connection");
    add_connection_flags(connection, raw.connection,
                         "the primary: what the replica replicates from (127.0.0.1)");
    connection.add_options()(
        "replica", value(&raw.replicas, "HOST[:PORT],…"),
        "the replica whose table is rebuilt, or several, at once; account and TLS as for"
        " the primary");
    po::options_description what("What to rebuild");
    what.add_options()("database", value(&o.schema, "NAME"), "schema of the table")(
        "table", value(&o.table, "NAME"), "the table")(
        "execute", flag(&o.execute), "really do it; without it everything is only looked at")(
        "repair", flag(&flags.repair),
        "mend only the rows that differ, in place, as wisp verify --repair; for few of them, and"
        " for tables that foreign keys point to")(
        "keep-replica-indexes", flag(&flags.options.keep_replica_indexes),
        "the new table gets the indexes that only the replica has")(
        "ok-to-drop-table", flag(&o.drop_old_after), "drop the replica's old table in the end")(
        "initially-drop-ghost-table", flag(&o.drop_ghost_first),
        "drop the ghost of an earlier run")("initially-drop-old-table", flag(&o.drop_old_first),
                                            "drop the old table of an earlier run");
    po::options_description pace("Pace and throttling");
    pace.add_options()("chunk-size", value(&raw.chunk_size, "ROWS"),
                       "rows a chunk, 10..100000 (steered by time)")(
        "chunk-time-millis", value(&raw.chunk_time, "MS"), "time to aim at for one chunk (500)")(
        "copiers", value(&raw.copiers, "N"), "connections that copy and verify, 1..16 (2)")(
        "max-lag-millis", value(&raw.max_lag, "MS"),
        "wait while a replica is further behind, by its own word; 0 = never (0)")(
        "apply-lanes", value(&o.apply_lanes, "N"), "connections that replay, 1..16 (1)")(
        "verify", value(&raw.verify, "HOW"), "compare before the cut: off, full (full)");
    po::options_description cut("The cut");
    cut.add_options()("postpone-cut-over-flag-file", value(&o.postpone_flag_file, "PATH"),
                      "the cut waits while this file exists")(
        "cut-over-lock-timeout-seconds", value(&raw.lock_timeout, "S"),
        "longest wait for the table's metadata lock on the replica, 1..10 (3)")(
        "default-retries", value(&o.cut_over_attempts, "N"), "attempts (60)")(
        "watch-seconds", value(&raw.watch, "S"),
        "how long to watch the replica go on afterwards, 0..3600 (30)");
    po::options_description output("Output");
    output.add_options()("debug", flag(&raw.debug), "log chunks and batches")(
        "quiet", flag(&raw.quiet), "log errors only")("help", flag(&flags.help), "this text");
    po::options_description all;
    all.add(connection).add(what).add(pace).add(cut).add(output);
    return all;
}

Expected<void> check_range(const char* name, long long value, long long low, long long high) {
    if (value >= low && value <= high) return {};
    return Unexpected(
        fmt::format("--{}={} is out of range; give {} to {}", name, value, low, high));
}

/// A repair makes no table, so nothing of that can be asked for.
Expected<void> check_repair(const GivenFlags& given) {
    if (!given.is_on("repair")) return {};
    for (const char* name :
         {"keep-replica-indexes", "ok-to-drop-table", "initially-drop-ghost-table",
          "initially-drop-old-table", "postpone-cut-over-flag-file", "hooks-path",
          "serve-socket-file", "serve-tcp-port", "metrics-listen"}) {
        if (!given.is_on(name)) continue;
        return Unexpected(fmt::format(
            "--repair and --{} exclude each other: a repair mends rows in place", name));
    }
    return {};
}

Expected<void> apply(const GivenFlags& given, RebuildRaw& raw, RebuildFlags& flags) {
    migrator::MigrationOptions& o = raw.shared.flags.options;
    if (auto ok = check_repair(given); !ok) return ok;
    if (auto ok = apply_shared(given, raw.shared); !ok) return ok;
    auto primary = endpoint_of(raw.connection);
    if (!primary) return Unexpected(primary.error());
    o.endpoint = std::move(*primary);
    auto replicas = replicas_of(o.endpoint, raw.replicas);
    if (!replicas) return Unexpected(replicas.error());
    for (std::size_t i = 0; i < replicas->size(); ++i) {
        for (std::size_t other = 0; other < i; ++other) {
            if ((*replicas)[i].label() != (*replicas)[other].label()) continue;
            return Unexpected(fmt::format("--replica names {} twice", (*replicas)[i].label()));
        }
    }
    flags.options.replicas = std::move(*replicas);
    if (o.schema.empty()) return Unexpected("--database is missing");
    if (o.table.empty()) return Unexpected("--table is missing");
    const auto ranges = {
        check_range("copiers", raw.copiers, 1, 16),
        check_range("apply-lanes", o.apply_lanes, 1, 16),
        check_range("chunk-size", raw.chunk_size == 0 ? 10 : raw.chunk_size, 10, 100'000),
        check_range("chunk-time-millis", raw.chunk_time, 10, 5'000),
        check_range("cut-over-lock-timeout-seconds", raw.lock_timeout, 1, 10),
        check_range("default-retries", o.cut_over_attempts, 1, 100'000),
        check_range("watch-seconds", raw.watch, 0, 3'600),
        check_range("max-lag-millis", raw.max_lag == 0 ? 1'000 : raw.max_lag, 1'000, 86'400'000),
    };
    for (const auto& range : ranges) {
        if (!range) return range;
    }
    if (raw.verify != "off" && raw.verify != "full") {
        return Unexpected(fmt::format("--verify: \"{}\" is none of off, full", raw.verify));
    }
    o.verify = raw.verify == "off" ? migrator::Verify::kOff : migrator::Verify::kFull;
    o.copiers = {raw.copiers, raw.copiers};
    o.mover = migrator::Mover::kClient;
    o.chunk_rows = static_cast<std::size_t>(raw.chunk_size);
    o.chunk_time = std::chrono::milliseconds(raw.chunk_time);
    o.cut_over_lock_timeout = std::chrono::seconds(raw.lock_timeout);
    flags.options.watch = std::chrono::seconds(raw.watch);
    o.knobs->write(
        [&](throttle::Knobs& knobs) { knobs.max_lag = std::chrono::milliseconds(raw.max_lag); });
    flags.options.run = std::move(o);
    flags.listen = std::move(raw.shared.flags.listen);
    flags.commands = raw.shared.flags.commands;
    flags.metrics_listen = std::move(raw.shared.flags.metrics_listen);
    if (raw.debug) flags.log_level = LogLevel::kDebug;
    if (raw.quiet) flags.log_level = LogLevel::kQuiet;
    return {};
}

}  // namespace

Expected<RebuildFlags> parse_rebuild_flags(const std::vector<std::string>& words) {
    RebuildFlags flags;
    RebuildRaw raw;
    auto all = own_flags(flags, raw);
    const auto shared = shared_flags();
    all.add(bound(shared, raw.shared));
    GivenFlags given;
    if (auto read = read_flags(words, all, "wisp rebuild", nullptr, &given); !read) {
        return Unexpected(read.error());
    }
    if (flags.help) return flags;
    if (auto ok = apply(given, raw, flags); !ok) return Unexpected(ok.error());
    return flags;
}

std::string rebuild_help() {
    RebuildFlags flags;
    RebuildRaw raw;
    std::stringstream text;
    text << "wisp rebuild --host=PRIMARY --replica=HOST[:PORT],… --database=NAME --table=NAME"
            " [--execute]\n\n"
         << "Makes a replica's table what it is on its primary, while both stay in use.\n"
         << own_flags(flags, raw) << help_of(texts(shared_flags()), true);
    return text.str();
}

}  // namespace wisp::cmd
