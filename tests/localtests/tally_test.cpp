// SPDX-License-Identifier: Apache-2.0
#include "localtests/load/tally.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace wisp::load {
namespace {

TEST(LoadTally, AddsUp) {
    Tally one;
    one.committed = 2;
    one.writes["INSERT"] = 3;
    one.failed[1213].add("deadlock one");
    one.milliseconds = {1, 2};
    Tally two;
    two.committed = 1;
    two.writes["INSERT"] = 1;
    two.writes["DELETE"] = 5;
    two.failed[1213].add("deadlock two");
    two.mismatches.add("first");
    two.mismatches.add("second");
    two.milliseconds = {100};
    one.merge(two);

    const auto json = nlohmann::json::parse(one.json());
    EXPECT_EQ(json["committed"], 3);
    EXPECT_EQ(json["writes"]["INSERT"], 4);
    EXPECT_EQ(json["writes"]["DELETE"], 5);
    EXPECT_EQ(json["failed"]["1213"]["count"], 2);
    EXPECT_EQ(json["failed"]["1213"]["example"], "deadlock one");
    EXPECT_EQ(json["mismatches"]["count"], 2);
    EXPECT_EQ(json["mismatches"]["example"], "first");
    EXPECT_EQ(json["p50_ms"], 2.0);
    EXPECT_EQ(json["longest_ms"], 100.0);
}

TEST(LoadTally, OfNothingIsWritten) {
    const auto json = nlohmann::json::parse(Tally{}.json());
    EXPECT_EQ(json["longest_ms"], 0.0);
    EXPECT_EQ(json["failed"], nlohmann::json::object());
}

}  // namespace
}  // namespace wisp::load
