// SPDX-License-Identifier: Apache-2.0
#include "migrator/revert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "migrator/column_map.h"
#include "migrator/names.h"
#include "migrator/refusal.h"
#include "tests/migrator/plans.h"

namespace wisp::migrator {
namespace {

using test::column;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

std::string refusal(const auto& work) {
    try {
        work();
    } catch (const Refusal& refused) {
        return refused.what();
    }
    return "";
}

/// From the columns of the table as it is back to those of the old one; the key is the first.
Plan plan_back(const std::vector<sql::Column>& source, const std::vector<sql::Column>& ghost,
               const std::string& then, bool skip_renamed = false) {
    auto migration = test::raw_plan(test::table(ghost, {}), test::table(source, {}), then);
    if (skip_renamed) drop_renamed_columns(migration.alter);
    map_columns(migration);
    Checkpoint swap;
    swap.plan = fingerprint(migration, then, {});
    Plan plan;
    plan.source = test::table(source, {});
    plan.ghost = test::table(ghost, {});
    plan.alter = way_back(swap, plan.source, plan.ghost);
    map_columns(plan);
    plan.key.columns = {0};
    plan_revert(plan);
    return plan;
}

std::vector<std::string> kept(const Plan& plan) {
    std::vector<std::string> names;
    for (const auto& column : plan.kept)
        names.push_back(column.column.name + "=" + column.expression);
    return names;
}

TEST(Revert, TakesTheOldTableAsGhostAndNamesTheNewOneApart) {
    const auto names = names_of_revert(table_names({"shop", "t"}, ""), "_t_del");
    EXPECT_EQ(names.ghost.table, "_t_del");
    EXPECT_EQ(names.old.table, "_t_rev_del");
    EXPECT_EQ(names.checkpoint.table, "_t_ghk");
    EXPECT_EQ(names.swap_ghost.table, "t~rev");
    for (const char* taken : {"t", "_t_ghc", "_t_ghk", "t~old", "t~rev", "_t_rev_del"}) {
        EXPECT_THAT(refusal([&] {
                        static_cast<void>(names_of_revert(table_names({"shop", "t"}, ""), taken));
                    }),
                    HasSubstr("needs itself"))
            << taken;
    }
}

TEST(Revert, KeepsWhatWasDroppedAndDropsWhatWasAdded) {
    auto text = column("text", "varchar(9)");
    text.nullable = true;
    const auto plan = plan_back({column("id", "int"), column("added", "int")},
                                {column("id", "int"), column("gone", "int"), text},
                                "DROP COLUMN gone, DROP COLUMN text, ADD COLUMN added INT");
    EXPECT_THAT(plan.dropped, ElementsAre("added"));
    EXPECT_THAT(kept(plan), ElementsAre("gone=0", "text=DEFAULT"));
    EXPECT_THAT(plan.filled, IsEmpty());
}

TEST(Revert, FollowsARenameBackwardsUnlessItWasNone) {
    const std::vector<sql::Column> now{column("id", "int"), column("b", "int")};
    const std::vector<sql::Column> old{column("id", "int"), column("a", "int")};
    const auto plan = plan_back(now, old, "CHANGE a b INT");
    EXPECT_THAT(plan.alter.renamed_columns, ElementsAre(Pair("b", "a")));
    EXPECT_EQ(plan.columns[1].ghost.name, "a");
    EXPECT_THAT(plan.kept, IsEmpty());
    EXPECT_THAT(kept(plan_back(now, old, "CHANGE a b INT", true)), ElementsAre("a=0"));
}

TEST(Revert, FollowsARenameWhoseOldNameIsAnotherColumnNow) {
    const auto plan = plan_back({column("id", "int"), column("b", "int"), column("a", "int")},
                                {column("id", "int"), column("a", "int")},
                                "CHANGE a b INT, ADD COLUMN a INT NOT NULL");
    EXPECT_EQ(plan.columns.size(), 2U);
    EXPECT_EQ(plan.columns[1].source.name, "b");
    EXPECT_THAT(plan.dropped, ElementsAre("a"));
}

TEST(Revert, TakesAComputedColumnForTheOneOfItsName) {
    auto computed = column("total", "int");
    computed.generated = sql::Generated::kStored;
    const auto plan =
        plan_back({column("id", "int"), computed}, {column("id", "int"), column("total", "int")},
                  "MODIFY total INT AS (id * 2) STORED");
    EXPECT_EQ(plan.columns.size(), 2U);
    EXPECT_THAT(plan.kept, IsEmpty());
    EXPECT_THAT(plan.dropped, IsEmpty());
}

TEST(Revert, TellsAColumnFromAnotherOneOfItsName) {
    const auto plan =
        plan_back({column("id", "int"), column("a", "int")},
                  {column("id", "int"), column("a", "double")}, "DROP COLUMN a, ADD COLUMN a INT");
    EXPECT_THAT(plan.dropped, ElementsAre("a"));
    EXPECT_THAT(kept(plan), ElementsAre("a=0"));
}

TEST(Revert, ComparesOnlyWhatTheMigrationCannotHaveChanged) {
    const auto compared = [](const char* old, const char* now) {
        return plan_back({column("id", "int"), column("a", now)},
                         {column("id", "int"), column("a", old)}, "MODIFY a INT")
            .columns[1]
            .compared;
    };
    EXPECT_TRUE(compared("int", "int"));
    EXPECT_TRUE(compared("int", "bigint"));
    EXPECT_TRUE(compared("varchar(20)", "varchar(40)"));
    EXPECT_TRUE(compared("datetime", "datetime(6)"));
    EXPECT_FALSE(compared("datetime(6)", "datetime"));
    EXPECT_FALSE(compared("decimal(9,4)", "decimal(9,2)"));
}

TEST(Revert, RefusesAKeyWhoseValuesTheMigrationChanged) {
    EXPECT_THAT(
        refusal([] {
            static_cast<void>(plan_back({column("id", "datetime")}, {column("id", "datetime(6)")},
                                        "MODIFY id DATETIME"));
        }),
        HasSubstr("a column of the key"));
}

TEST(Revert, RefusesToKeepValuesOfRowsThatAreTakenOut) {
    Plan plan;
    plan.source = test::table({column("id", "int")}, {});
    plan.ghost = test::table({column("id", "int"), column("a", "int")}, {});
    map_columns(plan);
    plan.key.columns = {0};
    Plan other = plan;
    plan.ghost_is_stricter = true;
    EXPECT_THAT(refusal([&] { plan_revert(plan); }), HasSubstr("another unique key"));
    other.ghost.keys = {test::primary_key({"id"}), test::unique_key("u", {"a"})};
    EXPECT_THAT(refusal([&] { plan_revert(other); }), HasSubstr("another unique key"));
}

}  // namespace
}  // namespace wisp::migrator
