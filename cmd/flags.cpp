// SPDX-License-Identifier: Apache-2.0
#include "cmd/flags.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <sstream>

#include "cmd/connection_flags.h"
#include "cmd/flag_rules.h"
#include "cmd/flag_words.h"
#include "cmd/migrate_flags.h"
#include "cmd/secrets.h"
#include "control/socket.h"
#include "metrics/endpoint.h"
#include "throttle/knob_table.h"

namespace wisp::cmd {
namespace {

Expected<void> check_range(const char* name, long long value, long long low, long long high) {
    if (value >= low && value <= high) return {};
    return Unexpected(
        fmt::format("--{}={} is out of range; give {} to {}", name, value, low, high));
}

/// "4", or "1-8".
Expected<migrator::CopierBounds> parse_copiers(const std::string& text) {
    migrator::CopierBounds bounds;
    const char* const end = text.data() + text.size();
    const auto [first, error] = std::from_chars(text.data(), end, bounds.fewest);
    bounds.most = bounds.fewest;
    bool number = error == std::errc();
    if (number && first != end) {
        const auto [last, wrong] = std::from_chars(first + 1, end, bounds.most);
        number = *first == '-' && wrong == std::errc() && last == end;
    }
    if (number && bounds.fewest >= 1 && bounds.fewest <= bounds.most && bounds.most <= 16) {
        return bounds;
    }
    return Unexpected(
        fmt::format("--copiers={} is out of range; give a number from 1 to 16, or two: 1-8", text));
}

/// What the option file says counts where neither the command line nor the environment says it.
Expected<void> apply_option_file(const GivenFlags& given, Raw& raw) {
    if (raw.conf.empty()) return {};
    const auto settings = read_option_file(raw.conf);
    if (!settings) return Unexpected("--conf: " + settings.error());
    const auto use = [&](const char* name, std::string& target) {
        const auto found = settings->find(std::string("client.") + name);
        if (found != settings->end() && !given.is_on(name)) target = found->second;
    };
    auto& endpoint = raw.connection.endpoint;
    use("user", endpoint.user);
    if (std::getenv("WISP_PASSWORD") == nullptr && !given.is_on("password-file")) {
        use("password", endpoint.password);
    }
    // A place is one thing: part of it from here and part from there would be another server.
    if (given.is_on("host") || given.is_on("port") || given.is_on("socket")) return {};
    use("host", endpoint.host);
    use("socket", endpoint.socket);
    std::string port;
    use("port", port);
    if (port.empty()) return {};
    const auto [end, error] =
        std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    if (error != std::errc() || end != port.data() + port.size()) {
        return Unexpected(fmt::format("--conf: {}: port={} is no port", raw.conf, port));
    }
    return {};
}

Expected<void> apply_password(Raw& raw) {
    if (raw.ask_pass) {
        auto typed = ask_password();
        if (!typed) return Unexpected(typed.error());
        raw.connection.endpoint.password = std::move(*typed);
    }
    if (raw.password_file.empty()) return {};
    auto secret = read_secret_file(raw.password_file, "password-file");
    if (!secret) return Unexpected(secret.error());
    raw.connection.endpoint.password = std::move(*secret);
    return {};
}

Expected<void> apply_connection(const GivenFlags& given, Raw& raw) {
    auto& o = raw.flags.options;
    if (auto ok = apply_option_file(given, raw); !ok) return ok;
    if (auto ok = apply_password(raw); !ok) return ok;
    auto endpoint = endpoint_of(raw.connection);
    if (!endpoint) return Unexpected(endpoint.error());
    o.endpoint = std::move(*endpoint);
    if (!raw.assume_master_host.empty()) o.assume_master_host = raw.assume_master_host;
    o.master_user = raw.master_user.empty() ? o.endpoint.user : raw.master_user;
    const char* secret = std::getenv("WISP_MASTER_PASSWORD");
    o.master_password = !raw.master_password.empty() ? raw.master_password
                        : secret != nullptr          ? secret
                                                     : o.endpoint.password;
    return {};
}

Expected<void> apply_knobs(const GivenFlags& given, const Raw& raw,
                           const migrator::MigrationOptions& o) {
    for (const auto& [name, value] : raw.knobs) {
        // An empty value that was given switches off what is on by itself.
        const std::string text = given.is_empty(name) ? "" : value;
        if (text.empty() && !given.is_empty(name)) continue;
        if (auto set = throttle::set_knob(o.knobs, name, text); !set) {
            return Unexpected("--" + set.error());
        }
    }
    o.knobs->write([&](throttle::Knobs& k) { k.ignore_http_errors = raw.ignore_http_errors; });
    return {};
}

Expected<void> check_word(const char* name, const std::string& value,
                          const std::vector<std::string>& words) {
    if (std::find(words.begin(), words.end(), value) != words.end()) return {};
    return Unexpected(
        fmt::format("--{}: \"{}\" is none of {}", name, value, fmt::join(words, ", ")));
}

Expected<void> apply_cut_over(const GivenFlags& given, Raw& raw) {
    auto& o = raw.flags.options;
    if (auto ok = check_range("cut-over-lock-timeout-seconds", raw.lock_timeout, 1, 10); !ok)
        return ok;
    if (auto ok = check_range("default-retries", o.cut_over_attempts, 1, 100'000); !ok) return ok;
    if (auto ok = check_range("exponential-backoff-max-interval", raw.backoff_most, 2, 86'400); !ok)
        return ok;
    if (auto ok = check_word("cut-over", raw.cut_over, {"atomic", "default", "two-step"}); !ok)
        return ok;
    if (raw.cut_over == "two-step" && given.is_on("cut-over")) {
        raw.flags.warnings.emplace_back(
            "--cut-over=two-step has no effect: the swap is always atomic, so that the table is"
            " never missing");
    }
    o.cut_over_lock_timeout = std::chrono::seconds(raw.lock_timeout);
    if (raw.exponential_backoff) o.cut_over_backoff_most = std::chrono::seconds(raw.backoff_most);
    return {};
}

Expected<void> apply_pace(const Raw& raw, migrator::MigrationOptions& o) {
    if (raw.chunk_size != 0) {
        if (auto ok = check_range("chunk-size", raw.chunk_size, 10, 100'000); !ok) return ok;
    }
    if (!raw.copiers.empty()) {
        const auto copiers = parse_copiers(raw.copiers);
        if (!copiers) return Unexpected(copiers.error());
        o.copiers = *copiers;
    }
    if (auto ok = check_range("apply-lanes", o.apply_lanes, 1, 16); !ok) return ok;
    if (auto ok = check_range("chunk-time-millis", raw.chunk_time, 10, 5'000); !ok) return ok;
    if (auto ok = check_range("heartbeat-interval-millis", raw.heartbeat, 100, 1'000); !ok)
        return ok;
    if (auto ok = check_range("dml-batch-size", raw.batch_size, 1, 100'000); !ok) return ok;
    o.batch_rows = raw.batch_size;
    if (auto ok = check_word("mover", raw.mover, {"server", "client"}); !ok) return ok;
    if (auto ok = check_word("verify", raw.verify, {"off", "sample", "full"}); !ok) return ok;
    if (auto ok = check_word("storage-engine", raw.storage_engine, {"innodb", "rocksdb"}); !ok)
        return ok;
    o.mover = raw.mover == "client" ? migrator::Mover::kClient : migrator::Mover::kServer;
    o.verify = raw.verify == "off"      ? migrator::Verify::kOff
               : raw.verify == "sample" ? migrator::Verify::kSample
                                        : migrator::Verify::kFull;
    o.chunk_rows = static_cast<std::size_t>(raw.chunk_size);
    o.chunk_time = std::chrono::milliseconds(raw.chunk_time);
    o.heartbeat = std::chrono::milliseconds(raw.heartbeat);
    return {};
}

Expected<void> apply_commands(const Raw& raw, MigrateFlags& flags) {
    flags.options.hooks.status_interval = std::chrono::seconds(raw.hooks_status);
    flags.options.hooks.limit = std::chrono::seconds(raw.hooks_limit);
    auto& listen = flags.listen;
    listen.tcp = listen.tcp_port != 0;
    const char* token = std::getenv("WISP_SERVE_TOKEN");
    if (token != nullptr) listen.token = token;
    if (!raw.token_file.empty()) {
        auto secret = read_secret_file(raw.token_file, "serve-tcp-token-file");
        if (!secret || secret->empty()) {
            return Unexpected(secret ? "--serve-tcp-token-file: its first line is empty"
                                     : secret.error());
        }
        listen.token = std::move(*secret);
    }
    if (listen.tcp && listen.token.empty() && !control::is_loopback(listen.tcp_host)) {
        return Unexpected(fmt::format(
            "--serve-tcp-host={}: whoever reaches this address could steer the run; give a token"
            " with --serve-tcp-token-file or WISP_SERVE_TOKEN",
            listen.tcp_host));
    }
    return {};
}

/// Numbers of what is not switched on, which gh-ost's scripts give all the same.
void warn_of_idle(const GivenFlags& given, std::vector<std::string>& warnings) {
    for (const auto& [flag, needed] :
         {std::pair{"exponential-backoff-max-interval", "cut-over-exponential-backoff"},
          std::pair{"checkpoint-seconds", "checkpoint"}}) {
        if (!given.is_on(flag) || given.is_on(needed)) continue;
        warnings.push_back(fmt::format("--{} has no effect without --{}", flag, needed));
    }
}

/// Flags that are accepted and do nothing.
void warn_of_no_effect(const GivenFlags& given, std::vector<std::string>& warnings) {
    for (const auto& group : migrate_flag_table()) {
        for (const auto& flag : group.flags) {
            if (!given.is_on(flag.name) || flag.use != Use::kWithoutEffect) continue;
            warnings.push_back(fmt::format("--{} has no effect: {}", flag.name, flag.text));
        }
    }
}

Expected<void> check_triggers(const migrator::MigrationOptions& o) {
    const std::string& suffix = o.triggers.suffix;
    const bool plain = std::all_of(suffix.begin(), suffix.end(), [](unsigned char c) {
        return c < 0x80 && (std::isalnum(c) != 0 || c == '_');
    });
    if (plain && suffix.empty() != o.include_triggers) return {};
    return Unexpected(
        fmt::format("--trigger-suffix=\"{}\": give letters, digits and underscores", suffix));
}

Expected<void> apply_checkpoint(const Raw& raw, MigrateFlags& flags) {
    if (auto ok = check_range("checkpoint-seconds", raw.checkpoint_seconds, 10, 86'400); !ok)
        return ok;
    flags.options.checkpoint_every = std::chrono::seconds(raw.checkpoint_seconds);
    if (flags.options.resume && flags.options.drop_ghost_first) {
        flags.warnings.emplace_back(
            "--initially-drop-ghost-table has no effect: the ghost is what --resume goes on with");
    }
    return {};
}

Expected<void> apply(const GivenFlags& given, Raw& raw) {
    auto& flags = raw.flags;
    if (auto ok = apply_shared(given, raw); !ok) return ok;
    warn_of_no_effect(given, flags.warnings);
    warn_of_idle(given, flags.warnings);
    if (auto ok = apply_pace(raw, flags.options); !ok) return ok;
    if (auto ok = apply_cut_over(given, raw); !ok) return ok;
    if (auto ok = apply_checkpoint(raw, flags); !ok) return ok;
    if (auto ok = check_triggers(flags.options); !ok) return ok;
    if (auto ok = check_word("log-format", raw.log_format, {"text", "json"}); !ok) return ok;
    if (raw.log_format == "json") flags.log_format = log::Format::kJson;
    if (flags.options.alter.empty() && !flags.options.revert) {
        return Unexpected("--alter is missing");
    }
    // Last, since it may ask somebody.
    return apply_connection(given, raw);
}

constexpr const char* kUsage =
    "wisp migrate --host=HOST --database=NAME --table=NAME --alter=TEXT [--execute]\n\n"
    "Changes a table's schema while the table stays in use. Flags have gh-ost's names.\n";

constexpr const char* kPage =
    R"(# Flags of `wisp migrate`

<!-- Made by `wisp migrate --help=markdown`; a test compares. -->

Those of `wisp binlog`: [binlog.md](binlog.md) and `wisp binlog --help`.

Names and meanings are gh-ost's where gh-ost has the flag. `-flag` and `--flag` are the same; `--flag value` and
`--flag=value` too. Flags are never abbreviated; of one that is given twice the last counts. A switch may be written
`--flag`, `--flag=true`, `--flag=false`. `--flag=` leaves a text's default; a throttle source that is on by itself it switches off. Flags that need or exclude each other are checked before any server is asked.

Passwords: `WISP_PASSWORD` in the environment, `--password-file`, `--conf` or `--ask-pass`. One that is given as
`--password` is made unreadable in the process list as soon as wisp runs. None is ever logged.
)";

constexpr const char* kPageEnd =
    R"(
Logs go to stderr, progress and results to stdout. Exit codes: 0 done or preview shown; 2 wrong flags; 5 refused by the
checks, nothing was touched; 6 stopped (signal, panic); 7 ended by critical load; 8 every cut-over attempt failed; 9 verification found
rows that differ; 10 an unclear end, look at the tables; 1 anything else. After all but 0 and 10 the table is as it was, unless
the last lines say that it was altered and something failed behind that. What each throttle source holds, how it slows the copy before it holds it, and how often it is asked:
[throttling.md](throttling.md). What can be changed while a run goes on: [interactive.md](interactive.md).
)";

}  // namespace

Expected<void> apply_shared(const GivenFlags& given, Raw& raw) {
    if (auto ok = check_rules(given); !ok) return ok;
    if (auto ok = apply_knobs(given, raw, raw.flags.options); !ok) return ok;
    if (auto ok = apply_commands(raw, raw.flags); !ok) return ok;
    if (raw.metrics_listen.empty()) return {};
    auto listen = metrics::parse_listen(raw.metrics_listen);
    if (!listen) return Unexpected("--metrics-listen: " + listen.error());
    raw.flags.metrics_listen = std::move(*listen);
    return {};
}

spdlog::level::level_enum threshold(LogLevel level) {
    if (level == LogLevel::kDebug) return spdlog::level::debug;
    if (level == LogLevel::kInfo) return spdlog::level::info;
    return level == LogLevel::kQuiet ? spdlog::level::err : spdlog::level::warn;
}

Expected<MigrateFlags> parse_migrate_flags(const std::vector<std::string>& words) {
    Raw raw;
    GivenFlags given;
    const auto all = bound(migrate_flag_table(), raw);
    if (auto read = read_flags(words, all, "wisp migrate", nullptr, &given); !read) {
        return Unexpected(read.error());
    }
    auto& flags = raw.flags;
    if (!flags.help.empty() || flags.version || flags.check_flag) return flags;
    if (auto ok = apply(given, raw); !ok) return Unexpected(ok.error());
    if (raw.verbose) flags.log_level = LogLevel::kInfo;
    if (raw.debug) flags.log_level = LogLevel::kDebug;
    if (raw.quiet) flags.log_level = LogLevel::kQuiet;
    return flags;
}

Expected<std::string> migrate_help(const std::string& how) {
    const auto groups = texts(migrate_flag_table());
    if (how == "all") return kUsage + help_of(groups, true);
    if (how == "markdown") return kPage + page_of(groups) + kPageEnd;
    if (how == "words") return words_of(groups);
    if (how != "often" && how != "true") {
        return Unexpected(fmt::format("--help: \"{}\" is none of all, markdown, words", how));
    }
    return kUsage + help_of(groups, false) +
           "\n--help=all shows every flag, docs/flags.md the same with more room.\n";
}

}  // namespace wisp::cmd
