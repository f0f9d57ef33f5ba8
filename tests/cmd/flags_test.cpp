// SPDX-License-Identifier: Apache-2.0
#include "cmd/flags.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "tests/cmd/flags_fixture.h"
#include "tests/support/program.h"
#include "throttle/knob_table.h"

namespace wisp::cmd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// "max_lag_millis": names of cases have no dashes.
template <typename Case>
std::string case_name(const ::testing::TestParamInfo<Case>& tested) {
    std::string name = tested.param.name;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

// --- each flag -----------------------------------------------------------------------------------

struct Flag {
    const char* name;
    const char* value;
    /// True if the flag's option has this value; false for the default.
    std::function<bool(const MigrateFlags&)> set;
};

class FlagsEach : public ::testing::TestWithParam<Flag> {};

TEST_P(FlagsEach, IsTakenWithOneDashOrTwoAndItsValueEitherWay) {
    const auto& [name, value, set] = GetParam();
    const std::string alter = "--alter=ENGINE=InnoDB";
    const auto check = [&set = set](const Words& words) {
        const auto flags = parse_migrate_flags(words);
        ASSERT_TRUE(flags) << flags.error();
        EXPECT_TRUE(set(*flags)) << words.back();
    };
    const auto defaults = parse_migrate_flags({alter});
    ASSERT_TRUE(defaults);
    EXPECT_FALSE(set(*defaults)) << "the default is another value";
    check({alter, fmt::format("--{}={}", name, value)});
    check({alter, fmt::format("-{}={}", name, value)});
    check({alter, fmt::format("--{}", name), value});
    check({alter, fmt::format("-{}", name), value});
}

template <typename T, typename V>
std::function<bool(const MigrateFlags&)> option(T migrator::MigrationOptions::*member, V value) {
    return [member, value](const MigrateFlags& f) { return f.options.*member == T(value); };
}
template <typename T, typename V>
std::function<bool(const MigrateFlags&)> endpoint(T mysql::Endpoint::*member, V value) {
    return
        [member, value](const MigrateFlags& f) { return f.options.endpoint.*member == T(value); };
}
/// A knob with this text; what each of them may be is tested with throttle/knob_table.
Flag knob(const char* name, const char* text) {
    return {name, text, [name, text](const MigrateFlags& f) {
                return throttle::knob_text(f.options.knobs->copy(), name) == text;
            }};
}

INSTANTIATE_TEST_SUITE_P(
    , FlagsEach,
    ::testing::Values(
        Flag{"host", "db1", endpoint(&mysql::Endpoint::host, "db1")},
        Flag{"port", "3307", endpoint(&mysql::Endpoint::port, 3307)},
        Flag{"socket", "/run/x.sock", endpoint(&mysql::Endpoint::socket, "/run/x.sock")},
        Flag{"user", "me", endpoint(&mysql::Endpoint::user, "me")},
        Flag{"password", "secret", endpoint(&mysql::Endpoint::password, "secret")},
        Flag{"mysql-timeout", "7", endpoint(&mysql::Endpoint::connect_timeout, seconds(7))},
        Flag{"assume-master-host", "db2:3307",
             option(&migrator::MigrationOptions::assume_master_host, "db2:3307")},
        Flag{"database", "shop", option(&migrator::MigrationOptions::schema, "shop")},
        Flag{"table", "orders", option(&migrator::MigrationOptions::table, "orders")},
        Flag{"chunk-size", "500", option(&migrator::MigrationOptions::chunk_rows, 500U)},
        Flag{"chunk-time-millis", "250",
             option(&migrator::MigrationOptions::chunk_time, milliseconds(250))},
        Flag{"verify", "sample",
             option(&migrator::MigrationOptions::verify, migrator::Verify::kSample)},
        Flag{"mover", "client",
             option(&migrator::MigrationOptions::mover, migrator::Mover::kClient)},
        Flag{"copiers", "4",
             option(&migrator::MigrationOptions::copiers, migrator::CopierBounds{4, 4})},
        Flag{"apply-lanes", "4", option(&migrator::MigrationOptions::apply_lanes, 4U)},
        Flag{"heartbeat-interval-millis", "500",
             option(&migrator::MigrationOptions::heartbeat, milliseconds(500))},
        Flag{"metrics-listen", "127.0.0.1:9105",
             [](const MigrateFlags& f) { return f.metrics_listen == "127.0.0.1:9105"; }},
        knob("max-lag-millis", "2500"), knob("throttle-control-replicas", "r1:3307"),
        knob("throttle-replicas", "auto"), knob("max-load", "Threads_running=25"),
        knob("critical-load", "Threads_running=99"), knob("critical-load-interval-millis", "700"),
        knob("critical-load-hibernate-seconds", "60"), knob("max-commit-latency-millis", "50"),
        knob("min-free-disk", "20G"), knob("throttle-query", "SELECT 1"),
        knob("throttle-http", "http://h/check"), knob("throttle-http-interval-millis", "250"),
        knob("throttle-http-timeout-millis", "3000"), knob("nice-ratio", "0.5"),
        knob("throttle-flag-file", "/tmp/a"), knob("throttle-additional-flag-file", "/tmp/b"),
        knob("panic-flag-file", "/tmp/c"),
        Flag{"postpone-cut-over-flag-file", "/tmp/d",
             option(&migrator::MigrationOptions::postpone_flag_file, "/tmp/d")},
        Flag{"cut-over-lock-timeout-seconds", "5",
             option(&migrator::MigrationOptions::cut_over_lock_timeout, seconds(5))},
        Flag{"default-retries", "9", option(&migrator::MigrationOptions::cut_over_attempts, 9U)}),
    case_name<Flag>);

// --- booleans ------------------------------------------------------------------------------------

struct BooleanFlag {
    const char* name;
    bool migrator::MigrationOptions::*member;
};

class FlagsBoolean : public ::testing::TestWithParam<BooleanFlag> {};

TEST_P(FlagsBoolean, TakesAValueOnlyBehindAnEqualsSign) {
    const auto [name, member] = GetParam();
    const std::string alter = "--alter=ENGINE=InnoDB";
    const auto value = [&, member = member](const std::string& word) {
        const auto flags = parse_migrate_flags({alter, word});
        EXPECT_TRUE(flags) << word << (flags ? "" : ": " + flags.error());
        return flags && (*flags).options.*member;
    };
    const std::string flag = std::string("--") + name;
    EXPECT_FALSE(value("--verbose"));
    EXPECT_TRUE(value(flag));
    EXPECT_TRUE(value(flag.substr(1)));
    EXPECT_TRUE(value(flag + "=true"));
    EXPECT_TRUE(value(flag + "=1"));
    EXPECT_FALSE(value(flag + "=false"));
    EXPECT_FALSE(value(flag + "=0"));
    EXPECT_FALSE(parse_migrate_flags({alter, flag + "=maybe"}));
}

using migrator::MigrationOptions;
INSTANTIATE_TEST_SUITE_P(
    , FlagsBoolean,
    ::testing::Values(
        BooleanFlag{"execute", &MigrationOptions::execute},
        BooleanFlag{"allow-on-master", &MigrationOptions::allow_on_master},
        BooleanFlag{"assume-rbr", &MigrationOptions::assume_rbr},
        BooleanFlag{"switch-to-rbr", &MigrationOptions::switch_to_rbr},
        BooleanFlag{"allow-master-master", &MigrationOptions::allow_master_master},
        BooleanFlag{"migrate-on-replica", &MigrationOptions::migrate_on_replica},
        BooleanFlag{"test-on-replica", &MigrationOptions::test_on_replica},
        BooleanFlag{"allow-nullable-unique-key", &MigrationOptions::allow_nullable_key},
        BooleanFlag{"exact-rowcount", &MigrationOptions::exact_rowcount},
        BooleanFlag{"initially-drop-ghost-table", &MigrationOptions::drop_ghost_first},
        BooleanFlag{"initially-drop-old-table", &MigrationOptions::drop_old_first},
        BooleanFlag{"ok-to-drop-table", &MigrationOptions::drop_old_after},
        BooleanFlag{"attempt-instant-ddl", &MigrationOptions::attempt_instant_ddl},
        BooleanFlag{"attempt-inplace-metadata-ddl", &MigrationOptions::attempt_inplace_ddl},
        BooleanFlag{"defer-secondary-indexes", &MigrationOptions::defer_indexes},
        BooleanFlag{"skip-renamed-columns", &MigrationOptions::skip_renamed_columns},
        BooleanFlag{"discard-foreign-keys", &MigrationOptions::discard_foreign_keys},
        BooleanFlag{"skip-foreign-key-checks", &MigrationOptions::skip_foreign_key_checks},
        BooleanFlag{"panic-on-warnings", &MigrationOptions::panic_on_warnings},
        BooleanFlag{"analyze-ghost-table-before-cutover", &MigrationOptions::analyze_ghost},
        BooleanFlag{"timestamp-old-table", &MigrationOptions::timestamp_old_table}),
    case_name<BooleanFlag>);

TEST_F(FlagsTest, ABooleanBeforeAnotherFlagDoesNotEatIt) {
    const auto flags = parsed({"--execute", "--table", "orders"});
    EXPECT_TRUE(flags.options.execute);
    EXPECT_EQ(flags.options.table, "orders");
}

TEST_F(FlagsTest, ABooleanDoesNotTakeTheNextWordForItsValue) {
    // gh-ost would run with --execute set here; wisp must neither guess nor drop the word.
    EXPECT_THAT(error({"--execute", "false"}), HasSubstr("a word stands alone"));
}

TEST_F(FlagsTest, ChangesNothingWithoutExecute) {
    EXPECT_FALSE(parsed({}).options.execute);
}

// --- what is no flag -----------------------------------------------------------------------------

TEST_F(FlagsTest, RefusesAnUnknownFlag) {
    EXPECT_THAT(error({"--shiny"}), AllOf(HasSubstr("shiny"), HasSubstr("--help")));
    EXPECT_THAT(error({"--shiny=1"}), HasSubstr("shiny"));
}

TEST_F(FlagsTest, DoesNotGuessAnAbbreviation) {
    EXPECT_NE(error({"--exec"}), "");
    EXPECT_NE(error({"--data=x"}), "");
}

TEST_F(FlagsTest, RefusesALeftoverWord) {
    // --alter ADD COLUMN x INT without quotes.
    const auto flags = parse_migrate_flags({"--alter", "ADD", "COLUMN", "x", "INT"});
    ASSERT_FALSE(flags);
    EXPECT_THAT(flags.error(), AllOf(HasSubstr("quotes"), HasSubstr("--alter")));
}

TEST_F(FlagsTest, RefusesAFlagWhoseValueIsMissing) {
    EXPECT_THAT(failure({"--alter=x", "--table"}), HasSubstr("table"));
}

TEST_F(FlagsTest, RefusesAValueThatIsNoNumber) {
    for (const char* word : {"--port=x", "--chunk-size=1k", "--copiers=1.5", "--max-lag-millis=2s",
                             "--mysql-timeout=", "--heartbeat-interval-millis=0x64"}) {
        EXPECT_NE(error({word}), "") << word;
    }
}

TEST_F(FlagsTest, RefusesAWayToVerifyThatIsNone) {
    EXPECT_THAT(failure({"--alter=x", "--verify=maybe"}),
                HasSubstr("--verify: \"maybe\" is none of off, sample, full"));
}

TEST_F(FlagsTest, RefusesAMoverThatIsNone) {
    EXPECT_THAT(failure({"--alter=x", "--mover=magic"}),
                HasSubstr("--mover: \"magic\" is none of server, client"));
}

TEST_F(FlagsTest, NeedsAnAlter) {
    EXPECT_THAT(failure({"--table=t"}), HasSubstr("--alter"));
    EXPECT_THAT(failure({}), HasSubstr("--alter"));
}

TEST_F(FlagsTest, KeepsTheAlterAsItWasWritten) {
    const std::string alter =
        "ADD COLUMN `a=b` VARCHAR(20) DEFAULT '--x, \"y\"' COMMENT 'it''s 50%'";
    for (const Words& words : {Words{"--alter=" + alter}, Words{"--alter", alter}}) {
        const auto flags = parse_migrate_flags(words);
        ASSERT_TRUE(flags) << flags.error();
        EXPECT_EQ(flags->options.alter, alter);
    }
}

TEST_F(FlagsTest, TakesTheLastOfARepeatedFlagAsGhostDoes) {
    EXPECT_EQ(parsed({"--table=a", "--table=b"}).options.table, "b");
}

TEST_F(FlagsTest, TakesAnEmptyValueBehindAnEqualsSignAsGhostDoes) {
    // --password="$PASSWORD" where the variable is empty.
    EXPECT_THAT(parsed({"--password=", "--max-load="}).options.endpoint.password, IsEmpty());
}

// --- ranges --------------------------------------------------------------------------------------

struct Range {
    const char* name;
    long long low;
    long long high;
};

class FlagsRange : public ::testing::TestWithParam<Range> {};

TEST_P(FlagsRange, TakesItsEndsAndRefusesWhatLiesOutside) {
    const auto [name, low, high] = GetParam();
    const auto parse = [name = name](long long value) {
        return parse_migrate_flags({"--alter=x", fmt::format("--{}={}", name, value)});
    };
    EXPECT_TRUE(parse(low));
    EXPECT_TRUE(parse(high));
    for (const long long outside : {low - 1, high + 1}) {
        const auto flags = parse(outside);
        ASSERT_FALSE(flags) << outside;
        EXPECT_THAT(flags.error(),
                    AllOf(HasSubstr(name), HasSubstr(std::to_string(outside)),
                          HasSubstr(std::to_string(low)), HasSubstr(std::to_string(high))));
    }
}

INSTANTIATE_TEST_SUITE_P(
    , FlagsRange,
    ::testing::Values(Range{"chunk-size", 10, 100'000}, Range{"chunk-time-millis", 10, 5'000},
                      Range{"copiers", 1, 16}, Range{"dml-batch-size", 1, 100'000},
                      Range{"apply-lanes", 1, 16}, Range{"heartbeat-interval-millis", 100, 1'000},
                      Range{"max-lag-millis", 100, 3'600'000},
                      Range{"cut-over-lock-timeout-seconds", 1, 10},
                      Range{"default-retries", 1, 100'000}),
    case_name<Range>);

TEST_F(FlagsTest, TakesTriggersWithTheirSuffix) {
    const auto flags =
        parsed({"--include-triggers", "--trigger-suffix=_v2", "--remove-trigger-suffix-if-exists"});
    EXPECT_TRUE(flags.options.include_triggers);
    EXPECT_EQ(flags.options.triggers.suffix, "_v2");
    EXPECT_TRUE(flags.options.triggers.remove_if_exists);
    for (const char* suffix : {"a b", "a`", "-x", "ä"}) {
        EXPECT_THAT(error({"--include-triggers", fmt::format("--trigger-suffix={}", suffix)}),
                    HasSubstr("--trigger-suffix"))
            << suffix;
    }
}

TEST_F(FlagsTest, TakesCopiersAsANumberOrAsBounds) {
    EXPECT_EQ(parsed({}).options.copiers, (migrator::CopierBounds{1, 8}));
    EXPECT_EQ(parsed({"--copiers=3"}).options.copiers, (migrator::CopierBounds{3, 3}));
    EXPECT_EQ(parsed({"--copiers=2-16"}).options.copiers, (migrator::CopierBounds{2, 16}));
    for (const char* value : {"0-2", "2-1", "1-17", "2-", "-2", "1-2-3", "1..2", "2x", "x"}) {
        EXPECT_NE(error({fmt::format("--copiers={}", value)}), "") << value;
    }
}

TEST_F(FlagsTest, RefusesNumbersBelowZero) {
    for (const char* word :
         {"--port=-1", "--mysql-timeout=-1", "--critical-load-interval-millis=-1",
          "--critical-load-hibernate-seconds=-5", "--dml-batch-size=-1", "--copiers=-1",
          "--chunk-size=-1"}) {
        EXPECT_NE(error({word}), "") << word;
    }
}

TEST_F(FlagsTest, RefusesAPortThatIsNone) {
    EXPECT_NE(error({"--port=65536"}), "");
    EXPECT_EQ(parsed({"--port=65535"}).options.endpoint.port, 65535);
}

// --- connection ----------------------------------------------------------------------------------

TEST_F(FlagsTest, TakesThePasswordFromTheEnvironmentUnlessOneIsGiven) {
    ::setenv("WISP_PASSWORD", "from env", 1);
    EXPECT_EQ(parsed({}).options.endpoint.password, "from env");
    EXPECT_EQ(parsed({"--password=typed"}).options.endpoint.password, "typed");
}

TEST_F(FlagsTest, TakesThePlaceFromTheCommandLineOrFromTheOptionFileAsAWhole) {
    const test::TmpFolder folder;
    test::write_file(folder.file("my.cnf"),
                     "[client]\nhost=db9\nport=3399\nsocket=/run/db9.sock\nuser=who\n");
    const std::string conf = "--conf=" + folder.file("my.cnf");
    const auto from_file = parsed({conf}).options.endpoint;
    EXPECT_EQ(from_file.label(), "/run/db9.sock");
    EXPECT_EQ(from_file.port, 3399);
    const auto given = parsed({conf, "--host=replica1"}).options.endpoint;
    EXPECT_EQ(given.label(), "replica1:3306");
    EXPECT_EQ(given.user, "who");
}

TEST_F(FlagsTest, AnEmptyValueSwitchesOffWhatIsOnByItself) {
    EXPECT_NE(parsed({}).options.knobs->copy().additional_flag_file, "");
    EXPECT_EQ(
        parsed({"--throttle-additional-flag-file="}).options.knobs->copy().additional_flag_file,
        "");
}

TEST_F(FlagsTest, SwitchesAreWrittenAsGoReadsThem) {
    for (const char* yes : {"true", "TRUE", "t", "1"}) {
        EXPECT_TRUE(parsed({fmt::format("--execute={}", yes)}).options.execute) << yes;
    }
    for (const char* no : {"false", "False", "f", "0"}) {
        EXPECT_FALSE(parsed({fmt::format("--execute={}", no)}).options.execute) << no;
        EXPECT_EQ(error({fmt::format("--resume={}", no)}), "") << no << ": and it needs nothing";
    }
    EXPECT_THAT(error({"--execute=perhaps"}), HasSubstr("neither true nor false"));
    EXPECT_EQ(parsed({"--include-triggers", "--trigger-suffix=0"}).options.triggers.suffix, "0");
    EXPECT_EQ(parsed({"--password=0"}).options.endpoint.password, "0");
}

TEST_F(FlagsTest, SaysThatAFlagIsNotThereWhenAScriptAsks) {
    EXPECT_EQ(failure({"--check-flag", "--revert"}), "");
    EXPECT_THAT(failure({"--check-flag", "--shiny"}), HasSubstr("--shiny"));
}

TEST_F(FlagsTest, NumbersOfWhatIsNotSwitchedOnAreWarnedOf) {
    const auto flags = parsed({"--checkpoint-seconds=60", "--exponential-backoff-max-interval=5"});
    EXPECT_THAT(flags.warnings, ElementsAre(HasSubstr("without --cut-over-exponential-backoff"),
                                            HasSubstr("without --checkpoint")));
}

TEST_F(FlagsTest, RepeatsNoPasswordThatStandsInAWrongPlace) {
    for (const Words& words : {Words{"-psecret"}, Words{"--ask-pass", "secret"}}) {
        const auto wrong = error(words);
        EXPECT_NE(wrong, "");
        EXPECT_THAT(wrong, Not(HasSubstr("secret")));
    }
}

TEST_F(FlagsTest, VerifiesTheCertificateWithSsl) {
    EXPECT_EQ(parsed({}).options.endpoint.tls, mysql::TlsMode::kPreferred);
    const auto flags = parsed({"--ssl", "--ssl-ca=ca", "--ssl-cert=cert", "--ssl-key=key"});
    EXPECT_EQ(flags.options.endpoint.tls, mysql::TlsMode::kVerify);
    EXPECT_EQ(flags.options.endpoint.tls_ca, "ca");
    EXPECT_EQ(flags.options.endpoint.tls_cert, "cert");
    EXPECT_EQ(flags.options.endpoint.tls_key, "key");
}

TEST_F(FlagsTest, EncryptsWithoutVerifyingOnRequest) {
    EXPECT_EQ(parsed({"--ssl", "--ssl-allow-insecure"}).options.endpoint.tls,
              mysql::TlsMode::kRequired);
}

TEST_F(FlagsTest, RefusesTlsDetailsWithoutSsl) {
    for (const char* word : {"--ssl-ca=x", "--ssl-cert=x", "--ssl-key=x", "--ssl-allow-insecure"}) {
        EXPECT_THAT(error({word}), HasSubstr("needs --ssl")) << word;
        EXPECT_EQ(error({word, "--ssl"}), "") << word;
        EXPECT_NE(error({word, "--ssl=false"}), "") << word;
    }
}

TEST_F(FlagsTest, RefusesAControlReplicaWithoutAPort) {
    for (const char* list : {"r1:", "r1:x", "r1:123456", "r1:65536", "r1:99999", "ok,r2:-1"}) {
        EXPECT_THAT(error({std::string("--throttle-control-replicas=") + list}),
                    HasSubstr("--throttle-control-replicas"))
            << list;
    }
}

// --- load and log --------------------------------------------------------------------------------

TEST_F(FlagsTest, ReadsSeveralLoadLimits) {
    const auto flags = parsed({"--max-load=Threads_running=25,Threads_connected=500",
                               "--critical-load=Threads_running=1000"});
    EXPECT_EQ(flags.options.knobs->copy().max_load,
              (throttle::LoadLimits{{"Threads_running", 25}, {"Threads_connected", 500}}));
    EXPECT_EQ(flags.options.knobs->copy().critical_load,
              (throttle::LoadLimits{{"Threads_running", 1000}}));
}

TEST_F(FlagsTest, SaysWhichLoadLimitIsWrong) {
    EXPECT_THAT(error({"--max-load=Threads_running"}), HasSubstr("--max-load"));
    EXPECT_THAT(error({"--critical-load=Threads_running=x"}), HasSubstr("--critical-load"));
}

TEST_F(FlagsTest, LogsErrorsOnlyUnlessAskedForMore) {
    EXPECT_EQ(parsed({}).log_level, LogLevel::kError);
    EXPECT_EQ(parsed({"--verbose"}).log_level, LogLevel::kInfo);
    EXPECT_EQ(parsed({"--debug"}).log_level, LogLevel::kDebug);
    EXPECT_EQ(parsed({"--verbose", "--debug"}).log_level, LogLevel::kDebug);
    EXPECT_EQ(parsed({"--verbose", "--debug", "--quiet"}).log_level, LogLevel::kQuiet);
    EXPECT_EQ(threshold(LogLevel::kQuiet), spdlog::level::err);
    EXPECT_EQ(threshold(LogLevel::kError), spdlog::level::warn);
}

}  // namespace
}  // namespace wisp::cmd
