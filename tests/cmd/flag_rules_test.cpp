// SPDX-License-Identifier: Apache-2.0
#include "cmd/flag_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cmd/flags.h"
#include "cmd/migrate_flags.h"

namespace wisp::cmd {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct Broken {
    std::vector<std::string> words;
    const char* one;
    const char* other;
};

class FlagRules : public ::testing::TestWithParam<Broken> {};

TEST_P(FlagRules, AreRefusedByName) {
    auto words = GetParam().words;
    words.emplace_back("--alter=ENGINE=InnoDB");
    const auto flags = parse_migrate_flags(words);
    ASSERT_FALSE(flags);
    EXPECT_THAT(flags.error(), AllOf(HasSubstr(GetParam().one), HasSubstr(GetParam().other)));
}

INSTANTIATE_TEST_SUITE_P(
    , FlagRules,
    ::testing::Values(
        Broken{{"--ssl-key=x"}, "--ssl-key", "needs --ssl"},
        Broken{{"--master-user=x"}, "--master-user", "--assume-master-host"},
        Broken{{"--master-password=x"}, "--master-password", "--assume-master-host"},
        Broken{{"--serve-tcp-host=127.0.0.1"}, "--serve-tcp-host", "--serve-tcp-port"},
        Broken{{"--serve-tcp-host=127.0.0.1", "--serve-tcp-port=0"}, "host", "--serve-tcp-port"},
        Broken{{"--include-triggers"}, "--include-triggers", "needs --trigger-suffix"},
        Broken{{"--include-triggers", "--trigger-suffix="}, "--include-triggers", "-suffix"},
        Broken{{"--include-triggers", "--trigger-suffix=a-b"}, "--trigger-suffix", "letters"},
        Broken{{"--trigger-suffix=x"}, "--trigger-suffix", "--include-triggers"},
        Broken{{"--remove-trigger-suffix-if-exists"}, "suffix", "--include-triggers"},
        Broken{{"--test-on-replica-skip-replica-stop"}, "skip-replica-stop", "--test-on-replica"},
        Broken{{"--resume", "--checkpoint"}, "--resume", "--execute"},
        Broken{{"--resume", "--execute"}, "--resume", "--checkpoint"},
        Broken{{"--revert", "--execute"}, "--revert", "--old-table"},
        Broken{{"--allow-on-master", "--test-on-replica"}, "--allow-on-master", "exclude"},
        Broken{{"--allow-on-master", "--migrate-on-replica"}, "--migrate-on-replica", "exclude"},
        Broken{{"--test-on-replica", "--migrate-on-replica"}, "--test-on-replica", "exclude"},
        Broken{{"--test-on-replica", "--attempt-instant-ddl"}, "--test-on-replica", "itself"},
        Broken{{"--test-on-replica", "--attempt-inplace-metadata-ddl"}, "on-replica", "itself"},
        Broken{{"--migrate-on-replica", "--attempt-instant-ddl"}, "migrate-on-replica", "places"},
        Broken{{"--migrate-on-replica", "--attempt-inplace-metadata-ddl"}, "on-replica", "places"},
        Broken{{"--switch-to-rbr", "--assume-rbr"}, "--switch-to-rbr", "exclude"},
        Broken{{"--resume", "--checkpoint", "--execute", "--revert", "--old-table=x"},
               "--resume",
               "--revert"},
        Broken{{"--revert", "--old-table=x"}, "--revert and --alter", "exclude"},
        Broken{{"--old-table=x"}, "--old-table", "--revert"},
        Broken{{"--revert", "--old-table=x", "--test-on-replica"}, "--revert", "test-on-replica"},
        Broken{{"--revert", "--old-table=x", "--migrate-on-replica"}, "--revert", "binlog"},
        Broken{{"--revert", "--old-table=x", "--include-triggers", "--trigger-suffix=_x"},
               "--revert",
               "create them again"},
        Broken{{"--approve-renamed-columns", "--skip-renamed-columns"}, "approve", "skip-renamed"},
        Broken{{"--skip-renamed-columns", "--attempt-instant-ddl"}, "skip-renamed", "instant"},
        Broken{{"--skip-renamed-columns", "--attempt-inplace-metadata-ddl"},
               "skip-renamed",
               "inplace"},
        Broken{{"--ask-pass", "--password-file=x"}, "--ask-pass", "--password-file"},
        Broken{{"--password=x", "--password-file=x"}, "--password", "--password-file"}));

TEST(FlagRulesGiven, ASwitchThatIsOffIsNotGiven) {
    EXPECT_TRUE(parse_migrate_flags(
        {"--alter=x", "--allow-on-master", "--test-on-replica=false", "--ssl=false"}));
}

}  // namespace
}  // namespace wisp::cmd
