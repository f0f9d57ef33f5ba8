// SPDX-License-Identifier: Apache-2.0
#include "cmd/verify_flags.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wisp::cmd {
namespace {

TEST(VerifyFlags, NameServersAndTables) {
    const auto flags =
        parse_verify_flags({"--host=p", "--user=u", "--replica=a,b:3307", "--database=shop",
                            "--table=t,v", "--workers=4", "--max-lag-millis=2000"});
    ASSERT_TRUE(flags) << flags.error();
    const auto& o = flags->options;
    EXPECT_EQ(o.primary.host, "p");
    ASSERT_EQ(o.replicas.size(), 2U);
    EXPECT_EQ(o.replicas[0].label(), "a:3306");
    EXPECT_EQ(o.replicas[1].label(), "b:3307");
    EXPECT_EQ(o.replicas[1].user, "u");
    EXPECT_EQ(o.tables, (std::vector<std::string>{"t", "v"}));
    EXPECT_EQ(o.workers, 4U);
    EXPECT_EQ(o.knobs.max_lag, std::chrono::milliseconds(2000));
    EXPECT_FALSE(flags->repair);
}

TEST(VerifyFlags, WhatCannotBeMeantIsRefused) {
    const auto error = [](std::vector<std::string> words) {
        const auto flags = parse_verify_flags(words);
        return flags ? "" : flags.error();
    };
    EXPECT_NE(error({"--host=p"}), "");
    EXPECT_NE(error({"--replica=a:0"}), "");
    EXPECT_NE(error({"--replica=a:x"}), "");
    EXPECT_NE(error({"--replica=:3306"}), "");
    EXPECT_NE(error({"--replica=a", "--table=t"}), "");
    EXPECT_NE(error({"--replica=a", "--table=s.t", "--database=a,b"}), "");
    EXPECT_NE(error({"--replica=a", "--workers=17"}), "");
    EXPECT_NE(error({"--replica=a", "--max-rows=0"}), "");
    EXPECT_NE(error({"--replica=a", "--chunk-size=5"}), "");
    EXPECT_EQ(error({"--replica=a", "--table=s.t"}), "");
}

}  // namespace
}  // namespace wisp::cmd
