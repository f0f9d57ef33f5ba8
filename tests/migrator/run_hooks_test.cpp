// SPDX-License-Identifier: Apache-2.0
#include "migrator/run_hooks.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace wisp::migrator {
namespace {

std::map<std::string, std::string> variables(const std::string& applier) {
    RunFacts facts;
    facts.applier = applier;
    facts.inspector = "p1:3306";
    const auto all = hook_variables(facts, {}, {});
    return {all.begin(), all.end()};
}

TEST(RunHooks, HostAndPortAreToldApart) {
    auto one = variables("r1:3307");
    EXPECT_EQ(one["GH_OST_MIGRATED_HOST"], "r1");
    EXPECT_EQ(one["WISP_MIGRATED_PORT"], "3307");
    EXPECT_EQ(one["GH_OST_INSPECTED_HOST"], "p1");
    auto none = variables("");
    EXPECT_EQ(none["GH_OST_MIGRATED_HOST"], "");
    EXPECT_EQ(none["WISP_MIGRATED_PORT"], "");
}

TEST(RunHooks, OfSeveralReplicasEachIsTold) {
    auto several = variables("r1:3306,r2:3307");
    EXPECT_EQ(several["GH_OST_MIGRATED_HOST"], "r1,r2");
    EXPECT_EQ(several["WISP_MIGRATED_PORT"], "3306,3307");
}

}  // namespace
}  // namespace wisp::migrator
