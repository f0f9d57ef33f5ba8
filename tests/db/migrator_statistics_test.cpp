// SPDX-License-Identifier: Apache-2.0
// A ghost that has grown counts for as many rows as it has.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "migrator/ghost_statistics.h"
#include "tests/migrator/live.h"
#include "tests/support/test_server.h"

namespace wisp::migrator {
namespace {

using MigratorStatistics = test::SchemaTest;
WISP_FOR_EACH_SERVER(MigratorStatistics);

TEST_P(MigratorStatistics, AreThoseOfTheRowsThatAreThere) {
    const std::string table =
        schema_->table("(id INT AUTO_INCREMENT PRIMARY KEY) STATS_AUTO_RECALC=0");
    connection().execute("INSERT INTO " + table + " VALUES (1)");
    for (int doubled = 1; doubled < 4096; doubled *= 2) {
        connection().execute(
            fmt::format("INSERT INTO {0} SELECT id + {1} FROM {0}", table, doubled));
    }
    const auto counted = [&] {
        const auto rows = connection().query(
            fmt::format("SELECT n_rows FROM mysql.innodb_table_stats WHERE database_name = '{}'",
                        schema_->name()));
        return rows.empty() ? 0 : rows[0].number(0);
    };
    ASSERT_LT(counted(), 10U);
    GhostStatistics statistics(test::parse_name(table));
    EXPECT_FALSE(statistics.due(0));
    ASSERT_TRUE(statistics.due(4096));
    statistics.refresh(connection(), 4096);
    EXPECT_FALSE(statistics.due(8191));
    if (connection().server().mariadb()) {
        EXPECT_LT(counted(), 10U) << "it looks keys up anyway";
        EXPECT_FALSE(statistics.due(1'000'000'000));
        return;
    }
    EXPECT_GT(counted(), 4000U);
    EXPECT_TRUE(statistics.due(8192));
    // A resumed run may begin with a ghost of any size.
    GhostStatistics resumed(test::parse_name(table));
    resumed.refresh(connection(), 1'000'000);
    EXPECT_EQ(resumed.due(2'000'000), connection().server().analyzes_without_flush());
}

TEST_P(MigratorStatistics, WhatTheServerRefusesDoesNotEndTheRun) {
    const std::string table = schema_->table("(id INT PRIMARY KEY)");
    connection().execute("DROP TABLE " + table);
    GhostStatistics statistics(test::parse_name(table));
    EXPECT_NO_THROW(statistics.refresh(connection(), 10));
    EXPECT_FALSE(statistics.due(1'000'000'000)) << "it is not tried again";
}

}  // namespace
}  // namespace wisp::migrator
