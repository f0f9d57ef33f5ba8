// SPDX-License-Identifier: Apache-2.0
#include "cmd/rebuild_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

namespace wisp::cmd {
namespace {

using ::testing::HasSubstr;
using Words = std::vector<std::string>;

const Words kLeast{"--replica=r1:3307", "--database=shop", "--table=orders"};

Words least_and(const std::string& word) {
    Words words = kLeast;
    words.push_back(word);
    return words;
}

std::string error(const Words& words) {
    const auto flags = parse_rebuild_flags(words);
    return flags ? "" : flags.error();
}

TEST(RebuildFlags, TheReplicaIsReachedLikeThePrimary) {
    auto words = kLeast;
    words.insert(words.end(), {"--host=p1", "--user=me", "--password=secret"});
    const auto flags = parse_rebuild_flags(words);
    ASSERT_TRUE(flags) << flags.error();
    EXPECT_EQ(flags->options.run.endpoint.label(), "p1:3306");
    ASSERT_EQ(flags->options.replicas.size(), 1U);
    const auto& replica = flags->options.replicas.front();
    EXPECT_EQ(replica.label(), "r1:3307");
    EXPECT_EQ(replica.user, "me");
    EXPECT_EQ(replica.password, "secret");
    EXPECT_FALSE(flags->options.run.execute);
}

TEST(RebuildFlags, SeveralReplicasAreTakenInTheirOrder) {
    const auto flags =
        parse_rebuild_flags({"--replica=r2,r1:3307", "--database=shop", "--table=orders"});
    ASSERT_TRUE(flags) << flags.error();
    const auto& replicas = flags->options.replicas;
    ASSERT_EQ(replicas.size(), 2U);
    EXPECT_EQ(replicas[0].label(), "r2:3306");
    EXPECT_EQ(replicas[1].label(), "r1:3307");
}

TEST(RebuildFlags, ALagHoldsOnlyIfAskedTo) {
    const auto limit = [](Words words) {
        words.insert(words.end(), kLeast.begin(), kLeast.end());
        return parse_rebuild_flags(words)->options.run.knobs->copy().max_lag;
    };
    EXPECT_EQ(limit({}), std::chrono::seconds(0));
    EXPECT_EQ(limit({"--max-lag-millis=2000"}), std::chrono::seconds(2));
}

TEST(RebuildFlags, OneReplicaIsNotTakenTwice) {
    EXPECT_EQ(error({"--replica=r1,r2,r1:3306", "--database=shop", "--table=orders"}),
              "--replica names r1:3306 twice");
}

TEST(RebuildFlags, ThoseOfAMigrationAreBoundToTheSameOptions) {
    auto words = kLeast;
    words.insert(words.end(), {"--hooks-path=/h", "--hooks-timeout-seconds=7",
                               "--serve-socket-file=/s", "--metrics-listen=9100", "--nice-ratio=2",
                               "--max-load=Threads_running=9", "--force-named-panic"});
    const auto flags = parse_rebuild_flags(words);
    ASSERT_TRUE(flags) << flags.error();
    const auto& run = flags->options.run;
    EXPECT_EQ(run.hooks.path, "/h");
    EXPECT_EQ(run.hooks.limit, std::chrono::seconds(7));
    EXPECT_EQ(run.schema, "shop");
    EXPECT_EQ(flags->listen.socket_file, "/s");
    EXPECT_EQ(flags->metrics_listen, "127.0.0.1:9100");
    EXPECT_TRUE(flags->commands.force_named_panic);
    EXPECT_EQ(run.knobs->copy().nice_ratio, 2);
    EXPECT_EQ(run.knobs->copy().max_load.size(), 1U);
    EXPECT_THAT(error(least_and("--max-load=x")), HasSubstr("max-load"));
    EXPECT_THAT(error(least_and("--metrics-listen=x:y:z")), HasSubstr("--metrics-listen"));
    EXPECT_THAT(error(least_and("--serve-tcp-host=::1")), HasSubstr("needs --serve-tcp-port"));
}

TEST(RebuildFlags, ARepairMakesNoTable) {
    EXPECT_EQ(error(least_and("--repair")), "");
    auto words = least_and("--repair");
    words.emplace_back("--ok-to-drop-table");
    EXPECT_THAT(error(words), HasSubstr("exclude each other"));
}

TEST(RebuildFlags, SaysWhatIsMissing) {
    EXPECT_THAT(error({"--database=shop", "--table=orders"}), HasSubstr("--replica"));
    EXPECT_THAT(error({"--replica=r1", "--table=orders"}), HasSubstr("--database"));
    EXPECT_THAT(error({"--replica=r1", "--database=shop"}), HasSubstr("--table"));
}

TEST(RebuildFlags, RefusesBadValues) {
    EXPECT_THAT(error({"--replica=r1:x", "--database=shop", "--table=t"}), HasSubstr("--replica"));
    EXPECT_THAT(error({"--replica=:3306", "--database=shop", "--table=t"}), HasSubstr("--replica"));
    EXPECT_THAT(error(least_and("--copiers=17")), HasSubstr("--copiers"));
    EXPECT_THAT(error(least_and("--verify=sample")), HasSubstr("--verify"));
    EXPECT_THAT(error(least_and("--watch-seconds=3601")), HasSubstr("--watch-seconds"));
    EXPECT_THAT(error(least_and("--alter=x")), HasSubstr("alter"));
}

TEST(RebuildFlags, ThePageNamesEachOfThem) {
    std::ifstream file(WISP_REBUILD_PAGE);
    std::stringstream page;
    page << file.rdbuf();
    const std::string help = rebuild_help();
    const std::regex flag("  --([a-z-]+)");
    const std::regex connection("host|port|socket|user|password|mysql-timeout|ssl.*");
    for (std::sregex_iterator i(help.begin(), help.end(), flag), end; i != end; ++i) {
        const std::string name = (*i)[1];
        if (std::regex_match(name, connection)) continue;  // on the page of all flags
        EXPECT_THAT(page.str(), HasSubstr("`--" + name + "`"));
    }
}

}  // namespace
}  // namespace wisp::cmd
