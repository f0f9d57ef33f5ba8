// SPDX-License-Identifier: Apache-2.0
#include "cmd/flags.h"

#include <fmt/format.h>

#include <boost/program_options.hpp>
#include <cstdlib>
#include <sstream>

#include "throttle/load_limits.h"

namespace wisp::cmd {
namespace {

namespace po = boost::program_options;

/// Flag values as typed, before they become options.
struct Raw {
    std::string assume_master_host;
    std::string control_replicas;
    std::string max_load;
    std::string critical_load;
    unsigned connect_timeout = 10;
    long long chunk_size = 0;
    unsigned chunk_time = 500;
    unsigned max_lag = 1500;
    unsigned heartbeat = 100;
    unsigned lock_timeout = 3;
    unsigned critical_interval = 0;
    unsigned critical_hibernate = 0;
    bool ssl = false;
    bool ssl_allow_insecure = false;
    bool verbose = false;
    bool debug = false;
    bool quiet = false;
};

po::typed_value<bool>* flag(bool* target) {
    // --flag, --flag=true and --flag=false, as gh-ost's users write them.
    return po::value<bool>(target)->default_value(false, "")->implicit_value(true, "");
}

template <typename T>
po::typed_value<T>* value(T* target, const char* name) {
    return po::value<T>(target)->value_name(name);
}

po::options_description connection_flags(migrator::MigrationOptions& o, Raw& raw) {
    po::options_description group("Connection");
    group.add_options()("host", value(&o.endpoint.host, "HOST"),
                        "server to inspect, a replica preferably (127.0.0.1)")(
        "port", value(&o.endpoint.port, "PORT"), "its port (3306)")(
        "socket", value(&o.endpoint.socket, "PATH"), "its unix socket, instead of host and port")(
        "user", value(&o.endpoint.user, "USER"), "account to connect with")(
        "password", value(&o.endpoint.password, "TEXT"),
        "its password; better in the environment as WISP_PASSWORD, where ps does not show it")(
        "mysql-timeout", value(&raw.connect_timeout, "S"), "seconds to wait for a connection (10)")(
        "ssl", flag(&raw.ssl), "insist on TLS and verify the server's certificate")(
        "ssl-ca", value(&o.endpoint.tls_ca, "FILE"), "CA certificate, PEM")(
        "ssl-cert", value(&o.endpoint.tls_cert, "FILE"), "client certificate, PEM")(
        "ssl-key", value(&o.endpoint.tls_key, "FILE"), "client key, PEM")(
        "ssl-allow-insecure", flag(&raw.ssl_allow_insecure),
        "TLS without verifying the certificate")(
        "assume-master-host", value(&raw.assume_master_host, "HOST[:PORT]"),
        "the primary, instead of finding it through replication")(
        "allow-on-master", flag(&o.allow_on_master), "read the binlog right on the primary")(
        "assume-rbr", flag(&o.assume_rbr),
        "accepted for gh-ost's sake; wisp never restarts replication");
    return group;
}

po::options_description migration_flags(migrator::MigrationOptions& o) {
    po::options_description group("What to migrate");
    group.add_options()("database", value(&o.schema, "NAME"), "schema of the table")(
        "table", value(&o.table, "NAME"), "the table")(
        "alter", value(&o.alter, "TEXT"), "what to do: clauses, or a whole ALTER TABLE statement")(
        "execute", flag(&o.execute), "really do it; without it only a preview is made")(
        "exact-rowcount", flag(&o.exact_rowcount),
        "count the rows for the progress, in the background")(
        "initially-drop-ghost-table", flag(&o.drop_ghost_first),
        "drop the ghost of an earlier run")("initially-drop-old-table", flag(&o.drop_old_first),
                                            "drop the old table of an earlier run")(
        "ok-to-drop-table", flag(&o.drop_old_after), "drop the old table after the swap")(
        "timestamp-old-table", flag(&o.timestamp_old_table),
        "put the time into the old table's name");
    return group;
}

po::options_description pace_flags(migrator::MigrationOptions& o, Raw& raw) {
    po::options_description group("Pace and throttling");
    group.add_options()("chunk-size", value(&raw.chunk_size, "ROWS"),
                        "rows a chunk, 10..100000 (steered by time)")(
        "chunk-time-millis", value(&raw.chunk_time, "MS"), "time to aim at for one chunk (500)")(
        "copiers", value(&o.copiers, "N"), "connections that copy, 1..16 (1)")(
        "heartbeat-interval-millis", value(&raw.heartbeat, "MS"), "100..1000 (100)")(
        "max-lag-millis", value(&raw.max_lag, "MS"), "replica lag that holds the copy (1500)")(
        "throttle-control-replicas", value(&raw.control_replicas, "H:P,…"),
        "replicas to watch for lag")("max-load", value(&raw.max_load, "VAR=N,…"),
                                     "status values that hold the copy")(
        "critical-load", value(&raw.critical_load, "VAR=N,…"), "status values that end the run")(
        "critical-load-interval-millis", value(&raw.critical_interval, "MS"),
        "look again before ending")("critical-load-hibernate-seconds",
                                    value(&raw.critical_hibernate, "S"), "pause instead of ending")(
        "throttle-flag-file", value(&o.throttle.flag_file, "PATH"),
        "copy and replay wait while it exists")(
        "throttle-additional-flag-file", value(&o.throttle.additional_flag_file, "PATH"),
        "another one")("panic-flag-file", value(&o.throttle.panic_flag_file, "PATH"),
                       "the run ends when it appears");
    return group;
}

po::options_description cut_over_flags(migrator::MigrationOptions& o, Raw& raw) {
    po::options_description group("Cut-over");
    group.add_options()("postpone-cut-over-flag-file", value(&o.postpone_flag_file, "PATH"),
                        "the swap waits while this file exists")(
        "cut-over-lock-timeout-seconds", value(&raw.lock_timeout, "S"),
        "longest wait for the table lock and longest hold of it, 1..10 (3)")(
        "default-retries", value(&o.cut_over_attempts, "N"), "cut-over attempts (60)");
    return group;
}

po::options_description output_flags(Raw& raw, bool& help) {
    po::options_description group("Output");
    group.add_options()("verbose", flag(&raw.verbose), "log stages")("debug", flag(&raw.debug),
                                                                     "log chunks and batches")(
        "quiet", flag(&raw.quiet), "log errors only")("help", flag(&help), "this text");
    return group;
}

Expected<void> check_range(const char* name, long long value, long long low, long long high) {
    if (value >= low && value <= high) return {};
    return Unexpected(
        fmt::format("--{}={} is out of range; give {} to {}", name, value, low, high));
}

Expected<void> apply_connection(const Raw& raw, migrator::MigrationOptions& o) {
    o.endpoint.connect_timeout = std::chrono::seconds(raw.connect_timeout);
    const char* password = std::getenv("WISP_PASSWORD");
    if (o.endpoint.password.empty() && password != nullptr) o.endpoint.password = password;
    if (!raw.assume_master_host.empty()) o.assume_master_host = raw.assume_master_host;
    const bool ssl_detail = !o.endpoint.tls_ca.empty() || !o.endpoint.tls_cert.empty() ||
                            !o.endpoint.tls_key.empty() || raw.ssl_allow_insecure;
    if (ssl_detail && !raw.ssl) {
        return Unexpected("--ssl-ca, --ssl-cert, --ssl-key and --ssl-allow-insecure need --ssl");
    }
    if (raw.ssl) {
        o.endpoint.tls =
            raw.ssl_allow_insecure ? mysql::TlsMode::kRequired : mysql::TlsMode::kVerify;
    }
    return {};
}

Expected<void> apply_control_replicas(const Raw& raw, migrator::MigrationOptions& o) {
    std::stringstream list(raw.control_replicas);
    for (std::string item; std::getline(list, item, ',');) {
        mysql::Endpoint replica = o.endpoint;
        replica.socket.clear();
        const auto colon = item.rfind(':');
        replica.host = item.substr(0, colon);
        replica.port = 3306;
        if (colon != std::string::npos) {
            const std::string port = item.substr(colon + 1);
            if (port.empty() || port.size() > 5 ||
                port.find_first_not_of("0123456789") != std::string::npos ||
                std::stoul(port) > 65535) {
                return Unexpected(
                    fmt::format("--throttle-control-replicas: \"{}\" is no host:port", item));
            }
            replica.port = static_cast<std::uint16_t>(std::stoul(port));
        }
        o.throttle.control_replicas.push_back(std::move(replica));
    }
    return {};
}

Expected<void> apply_pace(const Raw& raw, migrator::MigrationOptions& o) {
    if (raw.chunk_size != 0) {
        if (auto ok = check_range("chunk-size", raw.chunk_size, 10, 100'000); !ok) return ok;
    }
    if (auto ok = check_range("copiers", o.copiers, 1, 16); !ok) return ok;
    if (auto ok = check_range("chunk-time-millis", raw.chunk_time, 10, 5'000); !ok) return ok;
    if (auto ok = check_range("heartbeat-interval-millis", raw.heartbeat, 100, 1'000); !ok)
        return ok;
    if (auto ok = check_range("max-lag-millis", raw.max_lag, 100, 3'600'000); !ok) return ok;
    if (auto ok = check_range("cut-over-lock-timeout-seconds", raw.lock_timeout, 1, 10); !ok)
        return ok;
    if (auto ok = check_range("default-retries", o.cut_over_attempts, 1, 100'000); !ok) return ok;
    auto max_load = throttle::parse_load_limits(raw.max_load);
    if (!max_load) return Unexpected("--max-load: " + max_load.error());
    auto critical_load = throttle::parse_load_limits(raw.critical_load);
    if (!critical_load) return Unexpected("--critical-load: " + critical_load.error());
    o.chunk_rows = static_cast<std::size_t>(raw.chunk_size);
    o.chunk_time = std::chrono::milliseconds(raw.chunk_time);
    o.heartbeat = std::chrono::milliseconds(raw.heartbeat);
    o.cut_over_lock_timeout = std::chrono::seconds(raw.lock_timeout);
    o.knobs.max_lag = std::chrono::milliseconds(raw.max_lag);
    o.knobs.max_load = std::move(*max_load);
    o.knobs.critical_load = std::move(*critical_load);
    o.throttle.critical_load_interval = std::chrono::milliseconds(raw.critical_interval);
    o.throttle.critical_load_hibernate = std::chrono::seconds(raw.critical_hibernate);
    return {};
}

po::options_description all_flags(MigrateFlags& flags, Raw& raw) {
    po::options_description all;
    all.add(connection_flags(flags.options, raw));
    all.add(migration_flags(flags.options));
    all.add(pace_flags(flags.options, raw));
    all.add(cut_over_flags(flags.options, raw));
    all.add(output_flags(raw, flags.help));
    return all;
}

/// True for the flags whose value is a whole number, by the name of the value in the help.
bool is_number(const po::option_description& flag) {
    const std::string name = flag.semantic()->name();
    return name == "N" || name == "MS" || name == "S" || name == "ROWS" || name == "PORT";
}

/// gh-ost's ways of writing flags as "--name=value" each: -name and --name, a value behind "=" or
/// as the next word, booleans with a value only behind "=". An empty value leaves the default.
Expected<std::vector<std::string>> normalized(const std::vector<std::string>& words,
                                              const po::options_description& all) {
    std::vector<std::string> flags;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto begin = words[i].find_first_not_of('-');
        if (begin == 0 || begin > 2 || begin == std::string::npos) {
            return Unexpected(fmt::format(
                "a word stands alone: \"{}\"; put the value of --alter in quotes", words[i]));
        }
        const auto equals = words[i].find('=');
        const std::string name = words[i].substr(begin, equals - begin);
        const auto* flag = all.find_nothrow(name, false);
        if (flag == nullptr) {
            return Unexpected(fmt::format("unknown flag --{}; see wisp migrate --help", name));
        }
        const bool boolean = flag->semantic()->min_tokens() == 0;
        std::string value = boolean ? "true" : "";
        if (equals != std::string::npos) {
            value = words[i].substr(equals + 1);
        } else if (!boolean) {
            if (++i == words.size()) return Unexpected(fmt::format("--{} needs a value", name));
            value = words[i];
        }
        const bool digits =
            !value.empty() && value.find_first_not_of("0123456789") == std::string::npos;
        if (is_number(*flag) && !digits) {
            return Unexpected(fmt::format("--{}={} is no whole number", name, value));
        }
        if (!value.empty()) flags.push_back(fmt::format("--{}={}", name, value));
    }
    return flags;
}

}  // namespace

Expected<MigrateFlags> parse_migrate_flags(const std::vector<std::string>& words) {
    MigrateFlags flags;
    Raw raw;
    const auto all = all_flags(flags, raw);
    const auto plain = normalized(words, all);
    if (!plain) return Unexpected(plain.error());
    try {
        namespace style = po::command_line_style;
        po::variables_map values;
        // Stored one by one: of a flag given twice the last one counts.
        for (auto word = plain->rbegin(); word != plain->rend(); ++word) {
            po::store(po::command_line_parser(std::vector<std::string>{*word})
                          .options(all)
                          .style(style::allow_long | style::long_allow_adjacent)
                          .run(),
                      values);
        }
        po::notify(values);
    } catch (const po::error& error) {
        return Unexpected(fmt::format("{}; see wisp migrate --help", error.what()));
    }
    if (flags.help) return flags;
    if (auto ok = apply_connection(raw, flags.options); !ok) return Unexpected(ok.error());
    if (auto ok = apply_control_replicas(raw, flags.options); !ok) return Unexpected(ok.error());
    if (auto ok = apply_pace(raw, flags.options); !ok) return Unexpected(ok.error());
    if (flags.options.alter.empty()) return Unexpected("--alter is missing");
    if (raw.verbose) flags.log_level = LogLevel::kInfo;
    if (raw.debug) flags.log_level = LogLevel::kDebug;
    if (raw.quiet) flags.log_level = LogLevel::kError;
    return flags;
}

std::string migrate_help() {
    MigrateFlags flags;
    Raw raw;
    std::stringstream text;
    text << "wisp migrate --host=HOST --database=NAME --table=NAME --alter=TEXT [--execute]\n\n"
         << "Changes a table's schema while the table stays in use. Flags have gh-ost's names.\n"
         << all_flags(flags, raw);
    return text.str();
}

}  // namespace wisp::cmd
