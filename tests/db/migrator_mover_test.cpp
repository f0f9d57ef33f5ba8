// SPDX-License-Identifier: Apache-2.0
// The copy inside one server: counts, locks, rows that another unique key keeps out, conversions.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "base/thread.h"
#include "migrator/server_mover.h"
#include "mysql/error.h"
#include "sql/identifier.h"
#include "tests/db/mover_scene.h"

namespace wisp::migrator {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class MigratorMover : public MoverTest {
  protected:
    Moved move(const Plan& plan, const Range& range = {}) const {
        return ServerMover(plan).move(connection(), range);
    }
};
WISP_FOR_EACH_SERVER(MigratorMover);

TEST_P(MigratorMover, CountsRowsReadAndInserted) {
    const auto p = plan("(id INT PRIMARY KEY, v VARCHAR(9))", "(1,'a'), (2,'b'), (3,'c'), (4,'d')",
                        "ADD COLUMN n INT NOT NULL DEFAULT 7");
    const auto moved = move(p, {{"1"}, {"3"}, {}, 0, 0, {}});
    EXPECT_EQ(moved.rows_read, 2U);
    EXPECT_EQ(moved.rows_inserted, 2U);
    EXPECT_THAT(moved.missing, IsEmpty());
    EXPECT_THAT(ghost(p), ElementsAre("2|b", "3|c"));
}

TEST_P(MigratorMover, LeavesRowsAloneThatTheGhostHasAlready) {
    const auto p =
        plan("(id INT PRIMARY KEY, v VARCHAR(9))", "(1,'old'), (2,'b')", "ADD COLUMN n INT");
    connection().execute(
        fmt::format("INSERT INTO {} (id, v) VALUES (1, 'applied')", sql::quote(p.names.ghost)));
    const auto moved = move(p);
    EXPECT_EQ(moved.rows_read, 2U);
    EXPECT_EQ(moved.rows_inserted, 1U);
    EXPECT_THAT(moved.missing, IsEmpty());
    EXPECT_THAT(ghost(p), ElementsAre("1|applied", "2|b"));
    EXPECT_EQ(move(p).rows_inserted, 0U) << "again: nothing";
}

TEST_P(MigratorMover, DoesNotTouchATimestampThatUpdatesItself) {
    const auto p = plan(
        "(id INT PRIMARY KEY, v TIMESTAMP NOT NULL DEFAULT '2001-01-01 00:00:00' ON UPDATE"
        " CURRENT_TIMESTAMP)",
        "(1,'2002-02-02 00:00:00')", "ADD COLUMN n INT");
    move(p);
    move(p);
    EXPECT_THAT(ghost(p), ElementsAre("1|2002-02-02 00:00:00"));
}

TEST_P(MigratorMover, CopiesNothingFromAnEmptyRange) {
    const auto p = plan("(id INT PRIMARY KEY, v INT)", "", "ADD COLUMN n INT");
    const auto moved = move(p);
    EXPECT_EQ(moved.rows_read, 0U);
    EXPECT_EQ(moved.rows_inserted, 0U);
}

TEST_P(MigratorMover, RenamesAndDropsColumnsOnTheWay) {
    const auto p = plan("(id INT PRIMARY KEY, a INT, b INT, gone INT)", "(1,2,3,4)",
                        "CHANGE COLUMN a b INT, CHANGE COLUMN b a INT, DROP COLUMN gone");
    move(p);
    EXPECT_THAT(ghost(p, "CONCAT_WS('|', id, b, a)"), ElementsAre("1|2|3"));
}

// --- slices --------------------------------------------------------------------------------------

TEST_P(MigratorMover, CommitsSliceBySlice) {
    const auto p = plan("(a INT, b INT, v INT, PRIMARY KEY (a, b))", "", "ADD COLUMN n INT");
    std::string rows;
    for (int i = 0; i < 1'000; ++i)
        rows += fmt::format("{}({}, {}, {})", i == 0 ? "" : ", ", i / 7, i % 7, i);
    connection().execute("INSERT INTO " + sql::quote(p.names.source) + " VALUES " + rows);
    const auto statements = [&] {
        const auto row = connection().query("SHOW SESSION STATUS LIKE 'Com_insert_select'");
        return row[0].number(1);
    };
    const auto moves = [&](const Range& range) {
        const auto before = statements();
        const Moved moved = move(p, range);
        return fmt::format("{} of {} rows in {} statements", moved.rows_inserted, moved.rows_read,
                           statements() - before);
    };
    EXPECT_EQ(moves({{}, {"71", "2"}, {}, 0, 0, {}, 100}), "500 of 500 rows in 5 statements");
    EXPECT_EQ(moves({{"71", "2"}, {"85", "6"}, {}, 0, 0, {}, 0}),
              "102 of 102 rows in 1 statements");
    EXPECT_EQ(moves({{"85", "6"}, {}, {}, 0, 0, {}, 100}), "398 of 398 rows in 4 statements");
    // No upper end: that the fourth was the last is found when there is nothing left.
    EXPECT_EQ(moves({{}, {}, {}, 0, 0, {}, 250}), "0 of 1000 rows in 5 statements");
    EXPECT_EQ(moves({{}, {}, "(`a` = 3 AND `b` < 4)", 0, 0, {}, 1}), "0 of 4 rows in 1 statements");
    EXPECT_EQ(ghost(p, "SUM(v)"), (Rows{std::to_string(999 * 1'000 / 2)}));
}

// A row that comes and one that goes between two slices: each slice has a view of its own.
TEST_P(MigratorMover, EachSliceReadsAnew) {
    const auto p =
        plan("(id INT PRIMARY KEY, v INT)", "(1,1), (2,2), (3,3), (4,4)", "ADD COLUMN n INT");
    const auto other = connect();
    other->execute("BEGIN");
    other->execute(fmt::format("INSERT INTO {} (id, v) VALUES (2, 0)", sql::quote(p.names.ghost)));
    std::jthread mover([&] {
        const auto by = connect();
        ServerMover(p).move(*by, {{}, {}, {}, 0, 0, {}, 1});
    });
    // The first slice is committed, the second waits for the row.
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (ghost(p).empty() && std::chrono::steady_clock::now() < end) pause({}, 5ms);
    EXPECT_THAT(ghost(p), ElementsAre("1|1"));
    connection().execute(fmt::format("DELETE FROM {} WHERE id = 3", sql::quote(p.names.source)));
    connection().execute(
        fmt::format("UPDATE {} SET v = 5 WHERE id = 4", sql::quote(p.names.source)));
    other->execute("ROLLBACK");
    mover.join();
    EXPECT_THAT(ghost(p), ElementsAre("1|1", "2|2", "4|5"));
}

// --- locks ---------------------------------------------------------------------------------------

TEST_P(MigratorMover, TakesNoRowLockOnTheSource) {
    const auto p = plan("(id INT PRIMARY KEY, v INT, KEY (v))", "(1,1), (3,3), (5,5), (7,7)",
                        "ADD COLUMN n INT");
    const auto copier = connect();
    copier->execute("BEGIN");
    EXPECT_EQ(ServerMover(p).move(*copier, {{"1"}, {"7"}, {}, 0, 0, {}}).rows_inserted, 3U);
    mysql::Session session;
    session.innodb_lock_wait_timeout = std::chrono::seconds(1);
    const auto writer = connect(session);
    const std::string source = sql::quote(p.names.source);
    EXPECT_EQ(writer->execute("UPDATE " + source + " SET v = v + 100 WHERE id = 3").affected_rows,
              1U);
    EXPECT_EQ(writer->execute("DELETE FROM " + source + " WHERE id = 5").affected_rows, 1U);
    EXPECT_EQ(writer->execute("INSERT INTO " + source + " VALUES (4, 4), (8, 8)").affected_rows, 2U)
        << "no gap lock either";
    EXPECT_EQ(writer->execute("UPDATE " + source + " SET v = 0").affected_rows, 5U);
    copier->execute("COMMIT");
}

TEST_P(MigratorMover, WaitsForNoRowLockOnTheSource) {
    const auto p = plan("(id INT PRIMARY KEY, v INT)", "(1,1), (2,2), (3,3)", "ADD COLUMN n INT");
    const auto writer = connect();
    writer->execute("BEGIN");
    writer->execute("UPDATE " + sql::quote(p.names.source) + " SET v = 9 WHERE id = 2");
    writer->execute("DELETE FROM " + sql::quote(p.names.source) + " WHERE id = 3");
    mysql::Session session;
    session.innodb_lock_wait_timeout = std::chrono::seconds(1);
    const auto copier = connect(session);
    EXPECT_EQ(ServerMover(p).move(*copier, {}).rows_inserted, 3U);
    EXPECT_THAT(ghost(p), ElementsAre("1|1", "2|2", "3|3")) << "as committed";
}

// --- rows that another unique key keeps out (R7)
// --------------------------------------------------

TEST_P(MigratorMover, NamesTheRowsThatANewUniqueKeyKeepsOut) {
    const auto p = plan("(id INT PRIMARY KEY, v VARCHAR(9))",
                        "(1,'a'), (2,'a'), (3,'b'), (4,'A'), (5,'c')", "ADD UNIQUE KEY u (v)");
    ASSERT_TRUE(p.ghost_is_stricter);
    const auto moved = move(p);
    EXPECT_EQ(moved.rows_read, 5U);
    EXPECT_EQ(moved.rows_inserted, 3U);
    EXPECT_THAT(moved.missing, ElementsAre("(`id` = 2)", "(`id` = 4)"));
    EXPECT_THAT(ghost(p), ElementsAre("1|a", "3|b", "5|c"));
}

TEST_P(MigratorMover, NamesARowWhosePlaceAnOlderRowOfTheGhostHolds) {
    // A value moved from row 1 to row 2; the ghost still has the state before.
    const auto p =
        plan("(id INT PRIMARY KEY, v INT, UNIQUE KEY u (v))", "(1,20), (2,10)", "ADD COLUMN n INT");
    connection().execute(
        fmt::format("INSERT INTO {} (id, v) VALUES (1, 10)", sql::quote(p.names.ghost)));
    const auto moved = move(p);
    EXPECT_THAT(moved.missing, ElementsAre("(`id` = 2)"));
    EXPECT_THAT(ghost(p), ElementsAre("1|10"));
}

TEST_P(MigratorMover, PlacesAMissingRowOnceTheWayIsFree) {
    const auto p =
        plan("(id INT PRIMARY KEY, v INT, UNIQUE KEY u (v))", "(1,20), (2,10)", "ADD COLUMN n INT");
    connection().execute(
        fmt::format("INSERT INTO {} (id, v) VALUES (1, 10)", sql::quote(p.names.ghost)));
    const auto first = move(p);
    connection().execute(
        fmt::format("REPLACE INTO {} (id, v) VALUES (1, 20)", sql::quote(p.names.ghost)));
    Range again;
    again.keys = "(" + first.missing.at(0) + ")";
    const auto second = move(p, again);
    EXPECT_EQ(second.rows_read, 1U);
    EXPECT_EQ(second.rows_inserted, 1U);
    EXPECT_THAT(second.missing, IsEmpty());
    EXPECT_THAT(ghost(p), ElementsAre("1|20", "2|10"));
}

TEST_P(MigratorMover, NamesEveryMissingRowHoweverManyThereAre) {
    constexpr int kRows = 1'203;
    std::string rows;
    for (int i = 0; i < kRows; ++i) rows += fmt::format("{}({}, 'same')", i == 0 ? "" : ", ", i);
    const auto p = plan("(id INT PRIMARY KEY, v VARCHAR(9))", rows, "ADD UNIQUE KEY u (v)");
    const auto moved = move(p);
    EXPECT_EQ(moved.rows_inserted, 1U);
    ASSERT_EQ(moved.missing.size(), kRows - 1U);
    for (int i = 1; i < kRows; ++i) {
        EXPECT_EQ(moved.missing[static_cast<std::size_t>(i) - 1], fmt::format("(`id` = {})", i));
    }
}

TEST_P(MigratorMover, NamesRowsWhoseKeysAreOneUnderTheNewCollation) {
    const auto p =
        plan("(id VARCHAR(9) COLLATE utf8mb4_bin PRIMARY KEY, v INT)", "('a',1), ('A',2), ('b',3)",
             "MODIFY id VARCHAR(9) COLLATE utf8mb4_general_ci NOT NULL");
    ASSERT_TRUE(p.exact_key);
    const auto moved = move(p);
    EXPECT_EQ(moved.rows_inserted, 2U);
    EXPECT_EQ(moved.missing.size(), 1U);
}

TEST_P(MigratorMover, FindsKeysOfEveryTypeAgainInTheGhost) {
    struct Key {
        const char* type;
        const char* values;
    };
    for (const Key& key :
         {Key{"BIGINT UNSIGNED", "(18446744073709551615,1), (1,1)"},
          Key{"VARCHAR(9)", "('a',1), ('b ',1)"}, Key{"BINARY(3)", "(X'00',1), (X'0001',1)"},
          Key{"DECIMAL(9,3)", "(-1.5,1), (2,1)"},
          Key{"DATETIME(6)", "('2024-01-01 00:00:00.000001',1), ('0000-00-00',1)"},
          Key{"TIMESTAMP(2) DEFAULT '2000-01-01'",
              "('2024-01-01 00:00:00.01',1), ('2024-01-01',1)"},
          Key{"ENUM('b','a')", "('a',1), ('b',1)"}, Key{"SET('b','a')", "('a,b',1), ('',1)"},
          Key{"BIT(9)", "(b'101',1), (0,1)"}, Key{"YEAR", "(0,1), (2024,1)"}}) {
        SCOPED_TRACE(key.type);
        const auto p = plan(fmt::format("(id {} NOT NULL PRIMARY KEY, v INT)", key.type),
                            key.values, "ADD UNIQUE KEY u (v)");
        const auto moved = move(p);
        ASSERT_EQ(moved.rows_inserted, 1U);
        ASSERT_EQ(moved.missing.size(), 1U) << "the row that is there must not be named";
        const auto count = [&](const std::string& where) {
            return connection().scalar(
                fmt::format("SELECT COUNT(*) FROM {} WHERE {}", sql::quote(p.names.source), where));
        };
        EXPECT_EQ(count(moved.missing[0]), "1") << moved.missing[0];
        connection().execute("DELETE FROM " + sql::quote(p.names.ghost));
        Range again;
        again.keys = moved.missing[0];
        EXPECT_EQ(move(p, again).rows_inserted, 1U);
    }
}

// --- conversions ---------------------------------------------------------------------------------

struct Strict {
    const char* from;
    const char* good;
    const char* bad;
    const char* to;
};

TEST_P(MigratorMover, RefusesValuesThatDoNotFitTheNewTypeAndCopiesNothingOfTheRange) {
    for (const Strict& c :
         {Strict{"VARCHAR(9)", "'1'", "'x'", "INT"}, Strict{"VARCHAR(9)", "'1'", "'12x'", "INT"},
          Strict{"VARCHAR(9)", "'abc'", "'abcd'", "VARCHAR(3)"},
          Strict{"INT", "127", "300", "TINYINT"}, Strict{"INT", "0", "-1", "INT UNSIGNED"},
          Strict{"INT", "0", "NULL", "INT NOT NULL"},
          Strict{"VARCHAR(9)", "'a'", "'none'", "ENUM('a','b')"},
          Strict{"VARCHAR(10)", "'2024-02-29'", "'2024-13-01'", "DATE"},
          Strict{"VARCHAR(9) CHARACTER SET utf8mb4", "'é'", "'表'",
                 "VARCHAR(9) CHARACTER SET latin1"}}) {
        SCOPED_TRACE(fmt::format("{} {} to {}", c.from, c.bad, c.to));
        const auto p =
            plan(fmt::format("(id INT PRIMARY KEY, v {})", c.from),
                 fmt::format("(1, {}), (2, {})", c.good, c.bad), fmt::format("MODIFY v {}", c.to));
        EXPECT_THROW(move(p), mysql::Error);
        EXPECT_THAT(ghost(p), IsEmpty());
        EXPECT_NO_THROW(move(p, {{}, {"1"}, {}, 0, 0, {}})) << "the good row alone";
    }
}

TEST_P(MigratorMover, CopiesDatesThatOnlyALaxSessionCanStore) {
    connection().execute("SET sql_mode = 'ALLOW_INVALID_DATES'");
    const auto p = plan("(id INT PRIMARY KEY, v DATE)", "(1,'2024-02-31')", "MODIFY v DATETIME");
    ServerMover(p).move(*connect(), {});
    EXPECT_THAT(ghost(p), ElementsAre("1|2024-02-31 00:00:00"));
}

TEST_P(MigratorMover, CopiesZeroDatesAndZeroKeysAsTheyAre) {
    const auto p = plan("(id INT AUTO_INCREMENT PRIMARY KEY, v DATE)",
                        "(0,'0000-00-00'), (1,'2024-00-00')", "ADD COLUMN n INT");
    EXPECT_EQ(move(p).rows_inserted, 2U);
    EXPECT_THAT(ghost(p), ElementsAre("0|0000-00-00", "1|2024-00-00"));
}

TEST_P(MigratorMover, CopiesTheEnumErrorValue) {
    const std::string table = schema_->table("(id INT PRIMARY KEY, v ENUM('a','b'))");
    connection().execute("INSERT IGNORE INTO " + table + " VALUES (1, 'none'), (2, 'b')");
    for (const char* alter : {"COMMENT='x'", "MODIFY v ENUM('b','a')"}) {
        SCOPED_TRACE(alter);
        const auto p = test::live_plan(connection(), test::parse_name(table), alter);
        EXPECT_EQ(move(p).rows_inserted, 2U);
        EXPECT_THAT(ghost(p), ElementsAre("1|", "2|b"));
        connection().execute(fmt::format("DROP TABLE {}, {}", sql::quote(p.names.ghost),
                                         sql::quote(p.names.changelog)));
    }
}

}  // namespace
}  // namespace wisp::migrator
