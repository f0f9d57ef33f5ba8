// SPDX-License-Identifier: Apache-2.0
#include "cmd/migrate_flags.h"

#include "cmd/flag_words.h"

namespace wisp::cmd {
namespace {

using Row = Flag<Raw>;
using Group = FlagGroup<Raw>;

// A row's binding to a switch of Raw.
#define WISP_SWITCH(place) [](Raw& raw) { return flag(&raw.place); }

constexpr Use kOften = Use::kEveryday;
constexpr Use kRare = Use::kRare;
constexpr Use kNone = Use::kWithoutEffect;

Row on(const char* name, Use use, const char* text,
       std::function<boost::program_options::value_semantic*(Raw&)> bind) {
    return {name, "", "off", use, text, std::move(bind)};
}

/// `place` of Raw, behind a name: "--name=UNIT".
template <typename Place>
Row row(const char* name, const char* unit, const char* standard, Use use, const char* text,
        Place place) {
    return {name,
            unit,
            standard,
            use,
            text,
            [unit, place](Raw& raw) -> boost::program_options::value_semantic* {
                return value(&place(raw), unit);
            }};
}

#define WISP_AT(expression)  \
    [](Raw & r) -> auto& {   \
        return r.expression; \
    }

/// How it is written and what it may be is in throttle/knob_table.h.
Row knob(const char* name, const char* unit, const char* standard, Use use, const char* text) {
    return {name,
            unit,
            standard,
            use,
            text,
            [name, unit, standard](Raw& raw) -> boost::program_options::value_semantic* {
                auto& given = raw.knobs[name];
                given = standard;
                return value(&given, unit);
            }};
}

Row without_effect(const char* name, const char* unit, const char* why) {
    return {name, unit, "", kNone, why, nullptr};
}

Group connection() {
    return {
        "Connection",
        {row("host", "HOST", "127.0.0.1", kOften,
             "server to inspect, a replica preferably; its primary is found",
             WISP_AT(connection.endpoint.host)),
         row("port", "PORT", "3306", kOften, "its port", WISP_AT(connection.endpoint.port)),
         row("socket", "PATH", "", kRare, "its unix socket, instead of host and port",
             WISP_AT(connection.endpoint.socket)),
         row("user", "USER", "", kOften, "account to connect with, on every server",
             WISP_AT(connection.endpoint.user)),
         row("password", "TEXT", "", kOften,
             "its password; better from a file, or as WISP_PASSWORD in the environment",
             WISP_AT(connection.endpoint.password)),
         row("password-file", "FILE", "", kOften, "file whose first line is the password",
             WISP_AT(password_file)),
         on("ask-pass", kOften, "ask for the password on the terminal", WISP_SWITCH(ask_pass)),
         row("conf", "FILE", "", kOften,
             "option file like my.cnf: user, password, host, port, socket of its group [client];"
             " ${NAME} is the environment's value. What the command line says counts more; with"
             " --host, --port or --socket there, the file's three are passed over",
             WISP_AT(conf)),
         row("master-user", "USER", "the same", kRare,
             "account for the primary; needs --assume-master-host", WISP_AT(master_user)),
         row("master-password", "TEXT", "the same", kRare,
             "its password; better as WISP_MASTER_PASSWORD in the environment",
             WISP_AT(master_password)),
         row("assume-master-host", "HOST[:PORT]", "", kOften,
             "the primary, instead of finding it through replication", WISP_AT(assume_master_host)),
         on("allow-on-master", kOften, "--host is a primary: read its own binlog",
            WISP_SWITCH(flags.options.allow_on_master)),
         row("mysql-timeout", "SECONDS", "10", kRare, "longest wait for a connection; 0: no limit",
             WISP_AT(connection.connect_timeout)),
         on("ssl", kRare,
            "insist on TLS, and verify certificate and host name; without it TLS is used if "
            "offered,"
            " unverified",
            WISP_SWITCH(connection.ssl)),
         row("ssl-ca", "FILE", "", kRare, "CA certificate, PEM; needs --ssl",
             WISP_AT(connection.endpoint.tls_ca)),
         row("ssl-cert", "FILE", "", kRare, "client certificate, PEM; needs --ssl",
             WISP_AT(connection.endpoint.tls_cert)),
         row("ssl-key", "FILE", "", kRare, "client key, PEM; needs --ssl",
             WISP_AT(connection.endpoint.tls_key)),
         on("ssl-allow-insecure", kRare, "TLS without verifying the certificate; needs --ssl",
            WISP_SWITCH(connection.ssl_allow_insecure)),
         on("assume-rbr", kRare, "accepted for gh-ost's sake; wisp never restarts replication",
            WISP_SWITCH(flags.options.assume_rbr)),
         on("switch-to-rbr", kRare,
            "set binlog_format=ROW on the replica whose binlog is read, and restart its SQL thread;"
            " it stays so",
            WISP_SWITCH(flags.options.switch_to_rbr)),
         on("allow-master-master", kRare,
            "replication may be circular: the only server of the circle that is not read-only is"
            " the primary",
            WISP_SWITCH(flags.options.allow_master_master)),
         row("storage-engine", "NAME", "innodb", kRare, "innodb, the only one there is",
             WISP_AT(storage_engine)),
         without_effect("charset", "TEXT", "connections always speak utf8mb4"),
         without_effect("skip-port-validation", "", "no port is compared with what a server says"),
         without_effect("aliyun-rds", "", "no port or host is compared with what a server says"),
         without_effect("gcp", "", "no port or host is compared with what a server says"),
         without_effect("azure", "", "no port or host is compared with what a server says"),
         without_effect("tungsten", "",
                        "whether writes reach the binlog that is read is tried out at the start"),
         without_effect("replica-server-id", "ID",
                        "an id that no replica uses is found on the server"),
         without_effect("binlogsyncer-max-reconnect-attempts", "COUNT",
                        "the stream is given up after 120 attempts or ten minutes without an "
                        "event"),
         without_effect("gtid", "",
                        "the binlog of one server is followed by its own positions, with GTIDs or"
                        " without")}};
}

Group what_to_migrate() {
    return {
        "What to migrate",
        {row("database", "NAME", "", kOften, "schema of the table; or named in --alter",
             WISP_AT(flags.options.schema)),
         row("table", "NAME", "", kOften, "the table; or named in --alter",
             WISP_AT(flags.options.table)),
         row("alter", "TEXT", "", kOften, "what to do: clauses, or a whole ALTER TABLE statement",
             WISP_AT(flags.options.alter)),
         on("execute", kOften,
            "really do it; without it only a preview with an estimate is made "
            "([limits.md](limits.md),"
            " \"The estimate\")",
            WISP_SWITCH(flags.options.execute)),
         on("migrate-on-replica", kRare,
            "migrate the table of the replica --host alone; nothing of it comes into its binlog"
            " where that has GTIDs ([limits.md](limits.md), \"On a replica\")",
            WISP_SWITCH(flags.options.migrate_on_replica)),
         on("test-on-replica", kRare,
            "the same as a trial: in the end replication is stopped, the tables are swapped and"
            " swapped back, and the ghost stays to be compared",
            WISP_SWITCH(flags.options.test_on_replica)),
         on("test-on-replica-skip-replica-stop", kRare,
            "the hook on-stop-replication stops replication, not wisp",
            WISP_SWITCH(flags.options.skip_replica_stop)),
         on("attempt-instant-ddl", kOften,
            "first try ALGORITHM=INSTANT on the table itself: five attempts, each waits for its"
            " lock --cut-over-lock-timeout-seconds at most",
            WISP_SWITCH(flags.options.attempt_instant_ddl)),
         on("attempt-inplace-metadata-ddl", kOften,
            "the same in place, for clauses that change only metadata ([limits.md](limits.md), \"In"
            " place\")",
            WISP_SWITCH(flags.options.attempt_inplace_ddl)),
         on("defer-secondary-indexes", kRare,
            "build the new table's plain indexes after the copy, in one ALTER; replicas lag for as"
            " long as that takes",
            WISP_SWITCH(flags.options.defer_indexes)),
         on("exact-rowcount", kRare, "count the rows for the progress",
            WISP_SWITCH(flags.options.exact_rowcount)),
         {"concurrent-rowcount", "", "on", kRare, "count them beside the copy; =false: before it",
          [](Raw& raw) { return flag(&raw.flags.options.concurrent_rowcount, true); }},
         on("initially-drop-ghost-table", kRare,
            "drop a ghost that is there already (also under its swap name)",
            WISP_SWITCH(flags.options.drop_ghost_first)),
         on("initially-drop-old-table", kRare,
            "drop an old table that is there already (also under its swap name)",
            WISP_SWITCH(flags.options.drop_old_first)),
         on("ok-to-drop-table", kOften, "drop the old table after the swap",
            WISP_SWITCH(flags.options.drop_old_after)),
         on("timestamp-old-table", kRare, "put the time into the old table's name",
            WISP_SWITCH(flags.options.timestamp_old_table)),
         on("skip-renamed-columns", kRare,
            "a renamed column is a new one: what the old one holds is dropped",
            WISP_SWITCH(flags.options.skip_renamed_columns)),
         on("allow-nullable-unique-key", kRare,
            "go by a unique key that can be NULL if there is no other one; a row with NULL in it"
            " ends the run",
            WISP_SWITCH(flags.options.allow_nullable_key)),
         on("discard-foreign-keys", kRare,
            "the table's own foreign keys are lost with the swap; refused where they cascade, which"
            " is not in the binlog, and where others reference the table",
            WISP_SWITCH(flags.options.discard_foreign_keys)),
         on("skip-foreign-key-checks", kRare,
            "do not look for foreign keys at all; those that are there follow the old table",
            WISP_SWITCH(flags.options.skip_foreign_key_checks)),
         on("panic-on-warnings", kRare,
            "a warning or note of the server about rows that are written ends the run, as when a"
            " DECIMAL is rounded; what does not fit ends it anyway",
            WISP_SWITCH(flags.options.panic_on_warnings)),
         on("include-triggers", kRare,
            "make the table's triggers again on the new table, as part of the swap; needs"
            " --trigger-suffix, since two triggers of a schema cannot have one name",
            WISP_SWITCH(flags.options.include_triggers)),
         row("trigger-suffix", "TEXT", "", kRare, "what is added to their names",
             WISP_AT(flags.options.triggers.suffix)),
         on("remove-trigger-suffix-if-exists", kRare,
            "a trigger whose name ends in the suffix goes without it, so that every other migration"
            " gives the first names back",
            WISP_SWITCH(flags.options.triggers.remove_if_exists)),
         row("force-table-names", "NAME", "", kRare,
             "name ghost, changelog and old table after this instead of the table",
             WISP_AT(flags.options.force_table_names)),
         without_effect("approve-renamed-columns", "",
                        "renamed columns are read from the ALTER exactly and keep their data"),
         without_effect("skip-strict-mode", "",
                        "values are always written strictly: what does not fit ends the run"),
         without_effect("allow-zero-in-date", "", "zero dates are always taken as they are"),
         on("checkpoint", kOften,
            "keep a checkpoint beside the ghost, so that a run that has ended can be resumed"
            " ([resume.md](resume.md))",
            WISP_SWITCH(flags.options.checkpoint)),
         row("checkpoint-seconds", "S", "300", kRare, "time between two of them, 10 to 86400",
             WISP_AT(checkpoint_seconds)),
         on("resume", kOften,
            "go on where an earlier run with --checkpoint ended; give the flags it began with",
            WISP_SWITCH(flags.options.resume)),
         on("revert", kOften,
            "take back a migration that ran with --checkpoint, with the writes made since: what it"
            " left as --old-table is brought up to date and swapped back ([revert.md](revert.md))",
            WISP_SWITCH(flags.options.revert)),
         row("old-table", "NAME", "", kOften,
             "for --revert: the table as it was, which the migration left, as _mytable_del",
             WISP_AT(flags.options.old_table))}};
}

Group pace() {
    return {
        "Pace and throttling",
        {row("chunk-size", "ROWS", "steered", kOften,
             "rows a chunk, 10 to 100000; 0 or absent: steered by time", WISP_AT(chunk_size)),
         row("chunk-time-millis", "MS", "500", kRare,
             "time to aim at for one chunk, when steered, 10 to 5000; 100 at most while others"
             " are at work",
             WISP_AT(chunk_time)),
         row("copiers", "N|LOW-HIGH", "1-8", kOften,
             "connections that copy and then verify, 1 to 16: two bounds to steer between, or a"
             " fixed number",
             WISP_AT(copiers)),
         row("mover", "HOW", "server", kRare,
             "how rows are copied: server (INSERT … SELECT), or client (through wisp as literals,"
             " slower, meant for a source on another server)",
             WISP_AT(mover)),
         row("apply-lanes", "N", "1", kRare,
             "connections that replay changes, 1 to 16; more than one is used for batches of 500"
             " keys and more. Try it with bench/apply on a server like yours",
             WISP_AT(flags.options.apply_lanes)),
         row("dml-batch-size", "N", "5000", kRare,
             "rows that the replay writes at a time, 1 to 100000; whole transactions stay together",
             WISP_AT(batch_size)),
         row("verify", "HOW", "full", kOften,
             "compare the new table with the old one before the swap: off, sample (one range in"
             " ten), full",
             WISP_AT(verify)),
         row("heartbeat-interval-millis", "MS", "100", kRare,
             "time between heartbeats, 100 to 1000", WISP_AT(heartbeat)),
         knob("max-lag-millis", "MS", "1500", kOften,
              "replica lag above this holds the copy, 100 to 3600000; the copy slows as it comes "
              "near"),
         knob("throttle-control-replicas", "H:P,…", "", kOften, "more replicas to watch for lag"),
         knob("throttle-replicas", "HOW", "off", kOften,
              "auto: find the replicas below the primary, and watch the lag of each; or off"),
         knob("max-load", "VAR=N,…", "", kOften,
              "status values that hold the copy when reached; it slows as they come near"),
         knob("critical-load", "VAR=N,…", "", kOften,
              "status values that end the run when reached"),
         knob("critical-load-interval-millis", "MS", "0", kRare,
              "end only if critical for so long without a break"),
         knob("critical-load-hibernate-seconds", "S", "0", kRare,
              "hold copy and replay so long instead of ending"),
         knob("max-commit-latency-millis", "MS", "0", kOften,
              "a small commit on the primary that takes longer holds the copy; 0: any"),
         knob("min-free-disk", "SIZE", "", kOften,
              "size as 20G: less free room at the primary's data holds the copy, less than half of "
              "it"
              " the replay as well"),
         knob("throttle-query", "SQL", "", kRare,
              "statement for the primary: an answer above 0 holds the copy"),
         knob("throttle-http", "URL", "", kRare,
              "any answer but 200 to a HEAD request holds the copy, as does no answer"),
         knob("throttle-http-interval-millis", "MS", "100", kRare, "time between two requests"),
         knob("throttle-http-timeout-millis", "MS", "1000", kRare, "longest wait for an answer"),
         on("ignore-http-errors", kRare, "no answer to --throttle-http does not hold the copy",
            WISP_SWITCH(ignore_http_errors)),
         knob("nice-ratio", "RATIO", "0", kOften,
              "seconds of rest after each second of copying, 0 to 100"),
         knob("throttle-flag-file", "PATH", "", kOften,
              "copy and replay wait while this file exists"),
         knob("throttle-additional-flag-file", "PATH", "/tmp/gh-ost.throttle", kRare,
              "another one, for all runs on this host"),
         knob("panic-flag-file", "PATH", "", kOften, "the run ends when this file appears"),
         without_effect("replication-lag-query", "SQL",
                        "lag is measured by wisp's own heartbeat")}};
}

Group cut_over() {
    return {"Cut-over",
            {row("postpone-cut-over-flag-file", "PATH", "", kOften,
                 "the swap waits while this file exists; made at the start if missing",
                 WISP_AT(flags.options.postpone_flag_file)),
             row("cut-over-lock-timeout-seconds", "S", "3", kOften,
                 "longest wait for the table lock, and longest hold of it, 1 to 10",
                 WISP_AT(lock_timeout)),
             row("default-retries", "N", "60", kOften, "cut-over attempts, 1 to 100000",
                 WISP_AT(flags.options.cut_over_attempts)),
             on("cut-over-exponential-backoff", kRare,
                "wait 1, 2, 4 … seconds after a failed attempt, not half a second to five",
                WISP_SWITCH(exponential_backoff)),
             row("exponential-backoff-max-interval", "S", "64", kRare,
                 "the longest of these waits, 2 to 86400", WISP_AT(backoff_most)),
             row("cut-over", "HOW", "atomic", kRare,
                 "atomic or default; two-step is done atomically, too", WISP_AT(cut_over)),
             on("force-named-cut-over", kRare, "the command cut-over must name the table",
                WISP_SWITCH(flags.commands.force_named_cut_over)),
             without_effect("allow-setup-metadata-lock-instruments", "",
                            "the swap proves itself without that instrument"),
             without_effect("skip-metadata-lock-check", "",
                            "the swap proves itself without that instrument"),
             on("analyze-ghost-table-before-cutover", kRare,
                "ANALYZE TABLE the ghost before the first attempt; replay goes on meanwhile",
                WISP_SWITCH(flags.options.analyze_ghost))}};
}

Group commands_and_hooks() {
    return {
        "Commands and hooks",
        {row("serve-socket-file", "PATH", "/tmp/gh-ost.SCHEMA.TABLE.sock", kOften,
             "unix socket for commands ([interactive.md](interactive.md))",
             WISP_AT(flags.listen.socket_file)),
         on("initially-drop-socket-file", kRare,
            "replace a socket that is there, even a live run's",
            WISP_SWITCH(flags.listen.drop_socket_first)),
         row("serve-tcp-port", "PORT", "0", kRare, "TCP port for commands; 0: none",
             WISP_AT(flags.listen.tcp_port)),
         row("serve-tcp-host", "HOST", "127.0.0.1", kRare,
             "its address; one that other hosts reach needs a token",
             WISP_AT(flags.listen.tcp_host)),
         row("serve-tcp-token-file", "FILE", "", kRare,
             "its first line is what a TCP connection has to say first; or WISP_SERVE_TOKEN in the"
             " environment",
             WISP_AT(token_file)),
         on("force-named-panic", kRare, "the command panic must name the table",
            WISP_SWITCH(flags.commands.force_named_panic)),
         row("hooks-path", "DIR", "", kOften, "folder of hooks ([hooks.md](hooks.md))",
             WISP_AT(flags.options.hooks.path)),
         row("hooks-hint", "TEXT", "", kRare, "handed on to hooks",
             WISP_AT(flags.options.hooks.hint)),
         row("hooks-hint-owner", "TEXT", "", kRare, "handed on to hooks",
             WISP_AT(flags.options.hooks.hint_owner)),
         row("hooks-hint-token", "TEXT", "", kRare, "handed on to hooks",
             WISP_AT(flags.options.hooks.hint_token)),
         row("hooks-status-interval", "S", "60", kRare,
             "time between two calls of the status hook; 0: none", WISP_AT(hooks_status)),
         row("hooks-timeout-seconds", "S", "300", kRare,
             "a hook that takes longer is killed and counts as failed; 0: no limit",
             WISP_AT(hooks_limit))}};
}

Group output() {
    return {
        "Output",
        {on("verbose", kOften, "log stages", WISP_SWITCH(verbose)),
         on("debug", kOften, "log chunks and batches", WISP_SWITCH(debug)),
         on("quiet", kOften, "log errors only; the default logs warnings too", WISP_SWITCH(quiet)),
         row("log-format", "HOW", "text", kOften,
             "text, or json: every line that is logged is one JSON object, and so is each status"
             " line",
             WISP_AT(log_format)),
         row("report-file", "PATH", "", kOften,
             "write there, in the end, what the run did and how it ended, as JSON"
             " ([report.md](report.md))",
             WISP_AT(flags.report_file)),
         row("metrics-listen", "HOST:PORT", "", kOften,
             "serve figures to Prometheus at http://HOST:PORT/metrics; PORT alone: on 127.0.0.1"
             " ([metrics.md](metrics.md))",
             WISP_AT(metrics_listen)),
         {"help", "HOW", "", kOften,
          "the flags most used; all: every flag; markdown, words: for programs",
          [](Raw& raw) {
              return boost::program_options::value<std::string>(&raw.flags.help)
                  ->implicit_value("often")
                  ->value_name("HOW");
          }},
         on("version", kRare, "print the version and end", WISP_SWITCH(flags.version)),
         on("check-flag", kRare, "end with 0 if all the other flags are known, whatever they do",
            WISP_SWITCH(flags.check_flag)),
         without_effect("stack", "", "errors are told with their cause, not with a stack"),
         without_effect("statsd-addr", "HOST:PORT",
                        "Prometheus fetches figures, see --metrics-listen"),
         without_effect("statsd-tags", "TAGS", "Prometheus fetches figures, see --metrics-listen"),
         without_effect("runtime-metrics-interval", "S",
                        "they would be of another program's runtime")}};
}

#undef WISP_AT
#undef WISP_SWITCH

}  // namespace

const std::vector<Group>& migrate_flag_table() {
    static const std::vector<Group> kTable{connection(), what_to_migrate(),    pace(),
                                           cut_over(),   commands_and_hooks(), output()};
    return kTable;
}

}  // namespace wisp::cmd
