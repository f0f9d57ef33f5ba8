// SPDX-License-Identifier: Apache-2.0
// The table of flags: its texts, flags of gh-ost, flags of commands and hooks, where passwords come
// from.
#include "cmd/migrate_flags.h"

#include <gmock/gmock.h>

#include <chrono>
#include <sstream>

#include "tests/cmd/flags_fixture.h"
#include "tests/support/program.h"

namespace wisp::cmd {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_F(FlagsTest, ThePageOfFlagsIsWhatTheTableSays) {
    // After a change of the table: wisp migrate --help=markdown > docs/flags.md
    EXPECT_EQ(test::read_file(WISP_FLAGS_PAGE), migrate_help("markdown").value());
}

TEST_F(FlagsTest, HelpNeedsNothingElse) {
    EXPECT_NE(parse_migrate_flags({"--help"})->help, "");
    EXPECT_EQ(parse_migrate_flags({"--help=all"})->help, "all");
    EXPECT_EQ(parsed({}).help, "");
    EXPECT_FALSE(migrate_help("me"));
    EXPECT_TRUE(parse_migrate_flags({"--version"})->version);
    EXPECT_TRUE(parse_migrate_flags({"--check-flag", "--checkpoint", "--copiers=2"})->check_flag);
    EXPECT_FALSE(parse_migrate_flags({"--check-flag", "--shiny"}));
}

TEST_F(FlagsTest, HelpShowsWhatIsUsedMostAndAllOfItOnRequest) {
    const auto often = migrate_help("true").value();
    const auto all = migrate_help("all").value();
    for (const auto& group : migrate_flag_table()) {
        EXPECT_THAT(often, HasSubstr(std::string("\n") + group.title + "\n"));
        for (const auto& flag : group.flags) {
            EXPECT_THAT(all, HasSubstr(std::string("  --") + flag.name));
        }
    }
    EXPECT_THAT(often, Not(HasSubstr("--tungsten")));
    EXPECT_LT(often.size(), all.size() / 2);
    std::stringstream lines(all);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 110U) << line;
}

TEST_F(FlagsTest, TheFileThatHoldsEveryRunOnAHostIsGhosts) {
    const auto file = [](const MigrateFlags& flags) {
        return flags.options.knobs->copy().additional_flag_file;
    };
    EXPECT_EQ(file(parsed({})), "/tmp/gh-ost.throttle");
    EXPECT_EQ(file(parsed({"--throttle-additional-flag-file=/x"})), "/x");
}

// gh-ost's flags, so that a script written for it gets past them: docs/flags.md says what each
// does.
TEST_F(FlagsTest, KnowsEveryFlagOfGhost) {
    const auto words = {"alter",
                        "host",
                        "port",
                        "user",
                        "password",
                        "ask-pass",
                        "conf",
                        "master-user",
                        "master-password",
                        "assume-master-host",
                        "mysql-timeout",
                        "charset",
                        "ssl",
                        "ssl-ca",
                        "ssl-cert",
                        "ssl-key",
                        "ssl-allow-insecure",
                        "skip-port-validation",
                        "replica-server-id",
                        "binlogsyncer-max-reconnect-attempts",
                        "gtid",
                        "storage-engine",
                        "tungsten",
                        "aliyun-rds",
                        "gcp",
                        "azure",
                        "allow-master-master",
                        "database",
                        "table",
                        "execute",
                        "attempt-instant-ddl",
                        "approve-renamed-columns",
                        "skip-renamed-columns",
                        "allow-nullable-unique-key",
                        "discard-foreign-keys",
                        "skip-foreign-key-checks",
                        "skip-strict-mode",
                        "allow-zero-in-date",
                        "panic-on-warnings",
                        "include-triggers",
                        "trigger-suffix",
                        "remove-trigger-suffix-if-exists",
                        "force-table-names",
                        "timestamp-old-table",
                        "initially-drop-ghost-table",
                        "initially-drop-old-table",
                        "initially-drop-socket-file",
                        "ok-to-drop-table",
                        "allow-on-master",
                        "test-on-replica",
                        "migrate-on-replica",
                        "test-on-replica-skip-replica-stop",
                        "switch-to-rbr",
                        "assume-rbr",
                        "exact-rowcount",
                        "concurrent-rowcount",
                        "chunk-size",
                        "dml-batch-size",
                        "default-retries",
                        "cut-over-exponential-backoff",
                        "exponential-backoff-max-interval",
                        "max-lag-millis",
                        "replication-lag-query",
                        "throttle-control-replicas",
                        "heartbeat-interval-millis",
                        "throttle-flag-file",
                        "throttle-additional-flag-file",
                        "max-load",
                        "critical-load",
                        "critical-load-interval-millis",
                        "critical-load-hibernate-seconds",
                        "cut-over",
                        "cut-over-lock-timeout-seconds",
                        "postpone-cut-over-flag-file",
                        "panic-flag-file",
                        "force-named-cut-over",
                        "force-named-panic",
                        "allow-setup-metadata-lock-instruments",
                        "skip-metadata-lock-check",
                        "analyze-ghost-table-before-cutover",
                        "checkpoint",
                        "checkpoint-seconds",
                        "resume",
                        "revert",
                        "old-table",
                        "serve-socket-file",
                        "serve-tcp-port",
                        "hooks-path",
                        "hooks-hint",
                        "hooks-hint-owner",
                        "hooks-hint-token",
                        "hooks-status-interval",
                        "statsd-addr",
                        "statsd-tags",
                        "runtime-metrics-interval",
                        "quiet",
                        "verbose",
                        "debug",
                        "stack",
                        "help",
                        "version"};
    const std::string all = "\n" + migrate_help("all").value();
    for (const std::string word : words) {
        const bool known = all.find("\n  --" + word + " ") != std::string::npos ||
                           all.find("\n  --" + word + "=") != std::string::npos;
        EXPECT_TRUE(known) << word;
    }
}

TEST_F(FlagsTest, WhatHasNoEffectIsTakenWithOneWarningThatSaysWhy) {
    const auto flags = parsed({"--tungsten", "--charset=latin1", "--tungsten", "--gcp=false"});
    EXPECT_THAT(flags.warnings,
                ::testing::UnorderedElementsAre(HasSubstr("--tungsten has no effect: "),
                                                HasSubstr("--charset has no effect: ")));
    EXPECT_THAT(parsed({}).warnings, IsEmpty());
    EXPECT_THAT(parsed({"--cut-over=two-step"}).warnings, ::testing::SizeIs(1));
    EXPECT_THAT(parsed({"--cut-over=atomic"}).warnings, IsEmpty());
    EXPECT_THAT(error({"--cut-over=three-step"}), HasSubstr("--cut-over"));
}

TEST_F(FlagsTest, ARevertNeedsNoAlter) {
    const auto flags = parse_migrate_flags(
        {"--host=h", "--database=d", "--table=t", "--revert", "--old-table=_t_del"});
    ASSERT_TRUE(flags) << flags.error();
    EXPECT_TRUE(flags->options.revert);
    EXPECT_EQ(flags->options.old_table, "_t_del");
    EXPECT_EQ(error({"--revert=false"}), "");
}

TEST_F(FlagsTest, TakesCheckpoints) {
    EXPECT_FALSE(parsed({}).options.checkpoint);
    const auto usual = parsed({"--checkpoint"}).options;
    EXPECT_TRUE(usual.checkpoint);
    EXPECT_EQ(usual.checkpoint_every, std::chrono::seconds(300));
    EXPECT_FALSE(usual.resume);
    EXPECT_EQ(parsed({"--checkpoint", "--checkpoint-seconds=10"}).options.checkpoint_every,
              std::chrono::seconds(10));
    EXPECT_THAT(error({"--checkpoint", "--checkpoint-seconds=9"}),
                HasSubstr("--checkpoint-seconds"));
}

TEST_F(FlagsTest, ResumesWithTheFlagsTheRunBeganWith) {
    const auto flags =
        parsed({"--execute", "--checkpoint", "--resume", "--initially-drop-ghost-table"});
    EXPECT_TRUE(flags.options.resume);
    EXPECT_THAT(flags.warnings,
                ElementsAre(HasSubstr("--initially-drop-ghost-table has no effect")));
}

TEST_F(FlagsTest, TakesTheAccountOfThePrimary) {
    const auto flags = parsed({"--user=me", "--password=pw", "--assume-master-host=db1",
                               "--master-user=chief", "--master-password=secret"});
    EXPECT_EQ(flags.options.master_user, "chief");
    EXPECT_EQ(flags.options.master_password, "secret");
    EXPECT_EQ(parsed({"--user=me", "--password=pw"}).options.master_user, "me");
}

TEST_F(FlagsTest, TakesCommandsAndHooks) {
    const auto flags =
        parsed({"--serve-socket-file=/tmp/a", "--serve-tcp-port=10001", "--hooks-path=/tmp/h",
                "--hooks-hint=x", "--hooks-status-interval=5", "--hooks-timeout-seconds=7",
                "--force-named-panic", "--initially-drop-socket-file"});
    EXPECT_EQ(flags.listen.socket_file, "/tmp/a");
    EXPECT_TRUE(flags.listen.tcp);
    EXPECT_EQ(flags.listen.tcp_port, 10001);
    EXPECT_TRUE(flags.listen.drop_socket_first);
    EXPECT_EQ(flags.options.hooks.path, "/tmp/h");
    EXPECT_EQ(flags.options.hooks.status_interval, seconds(5));
    EXPECT_EQ(flags.options.hooks.limit, seconds(7));
    EXPECT_TRUE(flags.commands.force_named_panic);
    EXPECT_FALSE(parsed({}).listen.tcp);
}

TEST_F(FlagsTest, AnAddressThatOthersReachNeedsAToken) {
    EXPECT_THAT(error({"--serve-tcp-port=10001", "--serve-tcp-host=0.0.0.0"}), HasSubstr("token"));
    const test::TmpFolder folder;
    test::write_file(folder.file("token"), "sesame\n");
    const auto flags = parsed({"--serve-tcp-port=10001", "--serve-tcp-host=0.0.0.0",
                               "--serve-tcp-token-file=" + folder.file("token")});
    EXPECT_EQ(flags.listen.token, "sesame");
    EXPECT_NE(error({"--serve-tcp-port=10001", "--serve-tcp-token-file=/no/such"}), "");
}

TEST_F(FlagsTest, WaitsLongerAfterFailedAttemptsOnRequest) {
    EXPECT_EQ(parsed({}).options.cut_over_backoff_most, seconds(0));
    EXPECT_EQ(parsed({"--cut-over-exponential-backoff"}).options.cut_over_backoff_most,
              seconds(64));
    EXPECT_EQ(parsed({"--cut-over-exponential-backoff", "--exponential-backoff-max-interval=8"})
                  .options.cut_over_backoff_most,
              seconds(8));
    EXPECT_NE(error({"--cut-over-exponential-backoff", "--exponential-backoff-max-interval=1"}),
              "");
}

TEST_F(FlagsTest, TakesATimeoutAsGhostWritesIt) {
    EXPECT_EQ(parsed({"--mysql-timeout=2.5"}).options.endpoint.connect_timeout, seconds(3));
    EXPECT_EQ(parsed({"--mysql-timeout=0.0"}).options.endpoint.connect_timeout, seconds(0));
    EXPECT_NE(error({"--mysql-timeout=1.2.3"}), "");
}

// --- where passwords come from -------------------------------------------------------------------

TEST_F(FlagsTest, TakesThePasswordFromAFile) {
    const test::TmpFolder folder;
    test::write_file(folder.file("pw"), "pa ss#word\nsecond line\n");
    ::setenv("WISP_PASSWORD", "from env", 1);
    EXPECT_EQ(parsed({"--password-file=" + folder.file("pw")}).options.endpoint.password,
              "pa ss#word");
    EXPECT_THAT(error({"--password-file=/no/such"}), HasSubstr("--password-file"));
}

TEST_F(FlagsTest, TheOptionFileGivesWhatTheCommandLineDoesNot) {
    const test::TmpFolder folder;
    test::write_file(folder.file("my.cnf"),
                     "[client]\nuser=filed\npassword=${WISP_TEST_SECRET}\nport=3399\n");
    ::setenv("WISP_TEST_SECRET", "from there", 1);
    const std::string conf = "--conf=" + folder.file("my.cnf");
    const auto filed = parsed({conf}).options.endpoint;
    EXPECT_EQ(filed.user, "filed");
    EXPECT_EQ(filed.password, "from there");
    EXPECT_EQ(filed.port, 3399);
    const auto typed = parsed({conf, "--user=me", "--port=3306"}).options.endpoint;
    EXPECT_EQ(typed.user, "me");
    EXPECT_EQ(typed.port, 3306);
    ::setenv("WISP_PASSWORD", "from env", 1);
    EXPECT_EQ(parsed({conf}).options.endpoint.password, "from env");
    ::unsetenv("WISP_TEST_SECRET");
    ::unsetenv("WISP_PASSWORD");
    EXPECT_THAT(error({conf}), AllOf(HasSubstr("line 3"), HasSubstr("WISP_TEST_SECRET")));
    EXPECT_NE(error({"--conf=/no/such"}), "");
}

}  // namespace
}  // namespace wisp::cmd
