// SPDX-License-Identifier: Apache-2.0
// Replay on real servers: what the binlog says of the source becomes the ghost's rows, and a row
// that a chunk brings back after its delete goes again (R3).
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "migrator/refusal.h"
#include "sql/identifier.h"
#include "tests/migrator/live.h"
#include "tests/support/test_server.h"

namespace wisp::migrator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Rows = std::vector<std::string>;

class MigratorReplay : public test::SchemaTest {
  protected:
    void TearDown() override { replay_.reset(); }

    [[nodiscard]] bool generates_columns() const {
        return connection().server().mariadb() || connection().server().version >= 50700;
    }
    /// Follows a table with these rows from now on.
    void follow(const std::string& definition, const std::string& alter,
                const std::string& rows = "") {
        const std::string table = schema_->table(definition);
        if (!rows.empty()) connection().execute("INSERT INTO " + table + " VALUES " + rows);
        replay_.reset();
        replay_ = std::make_unique<test::Replay>(
            server().primary, test::live_plan(connection(), test::parse_name(table), alter));
        source_ = sql::quote(replay_->plan().names.source);
        ghost_ = sql::quote(replay_->plan().names.ghost);
        replay_->start_applier();
    }
    void run(const std::vector<std::string>& statements) const {
        for (const auto& statement : statements) connection().execute(statement);
    }
    [[nodiscard]] Rows rows(const std::string& table, const std::string& columns) const {
        Rows out;
        for (const auto& row : connection().query(
                 fmt::format("SELECT CONCAT_WS('|', {}) FROM {} ORDER BY 1", columns, table))) {
            out.push_back(row.text(0));
        }
        return out;
    }

    std::unique_ptr<test::Replay> replay_;
    std::string source_;
    std::string ghost_;
};
WISP_FOR_EACH_SERVER(MigratorReplay);

TEST_P(MigratorReplay, FollowsInsertsUpdatesDeletesAndKeyMoves) {
    follow("(id INT PRIMARY KEY, v VARCHAR(9))", "ADD COLUMN n INT NOT NULL DEFAULT 7",
           "(1,'a'), (2,'b'), (3,'c'), (4,'d')");
    replay_->copy();
    run({"INSERT INTO " + source_ + " VALUES (5,'e')",
         "UPDATE " + source_ + " SET v = 'B' WHERE id = 2",
         "DELETE FROM " + source_ + " WHERE id = 3",
         "UPDATE " + source_ + " SET id = 40 WHERE id = 4",
         "REPLACE INTO " + source_ + " VALUES (1,'A')"});
    ASSERT_TRUE(replay_->catch_up());
    EXPECT_THAT(rows(ghost_, "id, v, n"), ElementsAre("1|A|7", "2|B|7", "40|d|7", "5|e|7"));
}

TEST_P(MigratorReplay, WritesWhatChangesWithinATenthOfASecondAtOnce) {
    follow("(id INT PRIMARY KEY, n INT NOT NULL)", "ADD COLUMN m INT", "(1, 0)");
    replay_->copy();
    run({fmt::format(
        "CREATE PROCEDURE {}.count_up() BEGIN DECLARE i INT DEFAULT 0; WHILE i < 300 DO"
        " UPDATE {} SET n = n + 1; SET i = i + 1; END WHILE; END",
        schema_->name(), source_)});
    const auto began = std::chrono::steady_clock::now();
    run({fmt::format("CALL {}.count_up()", schema_->name())});
    ASSERT_TRUE(replay_->catch_up());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    EXPECT_THAT(rows(ghost_, "n"), ElementsAre("300"));
    EXPECT_EQ(replay_->progress().changes_applied, 300U);
    // A batch a tenth of a second, one for the marker, one that was begun before.
    EXPECT_LE(static_cast<double>(replay_->progress().changes_written), took.count() * 10 + 2);
}

TEST_P(MigratorReplay, FollowsTwoKeysThatSwapInOneTransaction) {
    follow("(id INT PRIMARY KEY, v VARCHAR(9))", "ADD COLUMN n INT", "(1,'a'), (2,'b')");
    replay_->copy();
    run({"BEGIN", "UPDATE " + source_ + " SET id = 9 WHERE id = 1",
         "UPDATE " + source_ + " SET id = 1 WHERE id = 2",
         "UPDATE " + source_ + " SET id = 2 WHERE id = 9", "COMMIT"});
    ASSERT_TRUE(replay_->catch_up());
    EXPECT_THAT(rows(ghost_, "id, v"), ElementsAre("1|b", "2|a"));
}

TEST_P(MigratorReplay, FollowsUniqueValuesThatSwapBetweenRows) {
    follow("(id INT PRIMARY KEY, u INT, UNIQUE KEY (u))", "ADD COLUMN n INT",
           "(1,10), (2,20), (3,30)");
    replay_->copy();
    run({"BEGIN", "UPDATE " + source_ + " SET u = -1 WHERE id = 1",
         "UPDATE " + source_ + " SET u = 10 WHERE id = 2",
         "UPDATE " + source_ + " SET u = 20 WHERE id = 3",
         "UPDATE " + source_ + " SET u = 30 WHERE id = 1", "COMMIT"});
    ASSERT_TRUE(replay_->catch_up());
    EXPECT_THAT(rows(ghost_, "id, u"), ElementsAre("1|30", "2|10", "3|20"));
}

TEST_P(MigratorReplay, FollowsAnotherSpellingOfTheSameKey) {
    follow("(k VARCHAR(9) COLLATE utf8mb4_general_ci PRIMARY KEY, v INT)", "ADD COLUMN n INT",
           "('a',1), ('b',2), ('c',3)");
    replay_->copy();
    run({"UPDATE " + source_ + " SET k = 'A' WHERE k = 'a'", "BEGIN",
         "DELETE FROM " + source_ + " WHERE k = 'b'",
         "INSERT INTO " + source_ + " VALUES ('B ', 20)", "COMMIT"});
    ASSERT_TRUE(replay_->catch_up());
    EXPECT_THAT(rows(ghost_, "HEX(k), v"), ElementsAre("41|1", "4220|20", "63|3"));
}

TEST_P(MigratorReplay, FollowsATableWithComputedColumnsAmongTheOthers) {
    if (!generates_columns()) GTEST_SKIP() << "no generated columns";
    follow(
        "(v1 INT AS (id + 1) VIRTUAL, id INT PRIMARY KEY, s INT AS (id + 2) STORED, a VARCHAR(9),"
        " v2 INT AS (id + 3) VIRTUAL, b INT)",
        "ADD COLUMN n INT");
    run({"INSERT INTO " + source_ + " (id, a, b) VALUES (1,'x',10), (2,'y',20), (3,'z',30)",
         "UPDATE " + source_ + " SET a = 'X', b = 11 WHERE id = 1",
         "DELETE FROM " + source_ + " WHERE id = 2",
         "UPDATE " + source_ + " SET id = 4 WHERE id = 3"});
    ASSERT_TRUE(replay_->catch_up());
    EXPECT_THAT(rows(ghost_, "id, v1, s, a, v2, b"), ElementsAre("1|2|3|X|4|11", "4|5|6|z|7|30"));
}

TEST_P(MigratorReplay, ConvertsAsTheCopyDoes) {
    follow(
        "(id INT PRIMARY KEY, i INT, t TIMESTAMP(3) NULL, e ENUM('a','b'), c VARCHAR(9) CHARACTER "
        "SET latin1,"
        " b BINARY(3))",
        "MODIFY i VARCHAR(20), MODIFY t DATETIME(3) NULL, MODIFY e ENUM('b','x','a'), MODIFY c "
        "VARCHAR(9)"
        " CHARACTER SET utf8mb4, MODIFY b VARBINARY(3)",
        "(1, -5, '2024-07-01 12:00:00.125', 'a', 'é', X'0100'), (2, NULL, NULL, NULL, NULL, NULL)");
    const std::string columns =
        "IFNULL(i,'-'), IFNULL(t,'-'), IFNULL(e,'-'), IFNULL(HEX(c),'-'), IFNULL(HEX(b),'-')";
    replay_->copy();
    const auto copied = rows(ghost_, columns);
    EXPECT_EQ(copied.size(), 2U);
    connection().execute("UPDATE " + source_ +
                         " SET id = id + 10");  // both rows again, by the binlog
    ASSERT_TRUE(replay_->catch_up());
    EXPECT_THAT(rows(ghost_, "id"), ElementsAre("11", "12"));
    EXPECT_EQ(rows(ghost_, columns), copied);
}

// --- rows that another unique key holds back (R7) ------------------------------------------------

TEST_P(MigratorReplay, HoldsARowBackUntilItsPlaceIsFree) {
    follow("(id INT PRIMARY KEY, v INT)", "ADD UNIQUE KEY u (v)");
    const auto held = [&] { return replay_->applier().applied().copy().held_rows; };
    run({"INSERT INTO " + source_ + " VALUES (1,10)", "INSERT INTO " + source_ + " VALUES (2,10)"});
    ASSERT_TRUE(replay_->catch_up());
    EXPECT_EQ(held(), 1U);
    EXPECT_EQ(rows(ghost_, "id, v").size(), 1U) << "no row was replaced by the other";
    connection().execute("UPDATE " + source_ + " SET v = 11 WHERE id = 1");
    ASSERT_TRUE(replay_->catch_up());
    ASSERT_TRUE(replay_->catch_up());
    EXPECT_EQ(held(), 0U);
    EXPECT_THAT(rows(ghost_, "id, v"), ElementsAre("1|11", "2|10"));
}

TEST_P(MigratorReplay, ForgetsAHeldRowThatIsDeleted) {
    follow("(id INT PRIMARY KEY, v INT)", "ADD UNIQUE KEY u (v)");
    run({"INSERT INTO " + source_ + " VALUES (1,10)"});
    ASSERT_TRUE(replay_->catch_up());
    run({"INSERT INTO " + source_ + " VALUES (2,10)"});
    ASSERT_TRUE(replay_->catch_up());
    EXPECT_EQ(replay_->applier().applied().copy().held_rows, 1U);
    run({"DELETE FROM " + source_ + " WHERE id = 2"});
    ASSERT_TRUE(replay_->catch_up());
    EXPECT_EQ(replay_->applier().applied().copy().held_rows, 0U);
    EXPECT_THAT(rows(ghost_, "id, v"), ElementsAre("1|10"));
}

// --- no resurrection (R3) ------------------------------------------------------------------------

struct Key {
    const char* type;
    const char* alter;
    std::vector<const char*> values;
};

TEST_P(MigratorReplay, DeletesARowAgainThatAChunkBroughtBackWhateverItsKeyIs) {
    for (const Key& key : std::vector<Key>{
             {"INT", "ADD COLUMN n INT", {"-1", "0", "1"}},
             {"INT", "MODIFY k BIGINT", {"-1", "7"}},
             {"BIGINT UNSIGNED", "ADD COLUMN n INT", {"0", "18446744073709551615"}},
             {"DECIMAL(9,3)", "ADD COLUMN n INT", {"-1.5", "0", "12.125"}},
             {"VARCHAR(9) CHARACTER SET utf8mb4",
              "ADD COLUMN n INT",
              {"''", "'a'", "'é '", "'表'"}},
             {"VARCHAR(9) CHARACTER SET latin1",
              "MODIFY k VARCHAR(9) CHARACTER SET utf8mb4",
              {"'a'", "'é'"}},
             {"VARCHAR(9) CHARACTER SET utf16", "ADD COLUMN n INT", {"'a'", "'表'"}},
             {"CHAR(5) CHARACTER SET utf8mb4", "ADD COLUMN n INT", {"''", "'a b'", "'é'"}},
             {"BINARY(3)", "ADD COLUMN n INT", {"X'00'", "X'0100'", "X'FF'"}},
             {"VARBINARY(3)", "ADD COLUMN n INT", {"''", "X'00'", "X'0100'", "X'27'"}},
             {"DATE", "ADD COLUMN n INT", {"'0000-00-00'", "'2024-02-29'"}},
             {"DATETIME(6)", "ADD COLUMN n INT", {"'2024-01-01 00:00:00.000001'", "'2024-01-01'"}},
             {"TIMESTAMP(3) DEFAULT '2000-01-01'",
              "ADD COLUMN n INT",
              {"'2024-01-01 00:00:00.125'"}},
             {"TIME(2)", "ADD COLUMN n INT", {"'-12:00:00.5'", "'0:0:0'"}},
             {"YEAR", "ADD COLUMN n INT", {"0", "2024"}},
             {"ENUM('b','a','ö')", "ADD COLUMN n INT", {"'a'", "'b'", "'ö'"}},
             {"ENUM('b','a')", "MODIFY k ENUM('b','a','x') NOT NULL", {"'a'", "'b'"}},
             {"SET('b','a')", "ADD COLUMN n INT", {"''", "'a'", "'a,b'"}},
             {"BIT(9)", "ADD COLUMN n INT", {"0", "b'100000001'"}},
         }) {
        SCOPED_TRACE(fmt::format("{}, {}", key.type, key.alter));
        follow(fmt::format("(k {} NOT NULL PRIMARY KEY, v INT) ENGINE=InnoDB", key.type),
               key.alter);
        for (const char* value : key.values) {
            connection().execute(fmt::format("INSERT INTO {} VALUES ({}, 1)", source_, value));
        }
        replay_->copy();
        ASSERT_EQ(rows(ghost_, "v").size(), key.values.size());
        const std::string saved = schema_->qualified("saved");
        run({fmt::format("CREATE TABLE {} LIKE {}", saved, ghost_),
             fmt::format("INSERT INTO {} SELECT * FROM {}", saved, ghost_)});
        const auto range = replay_->in_flight().enter();
        connection().execute("DELETE FROM " + source_);
        ASSERT_TRUE(replay_->catch_up());
        EXPECT_THAT(rows(ghost_, "v"), IsEmpty()) << "the delete itself";
        connection().execute(fmt::format("INSERT INTO {} SELECT * FROM {}", ghost_, saved));
        replay_->in_flight().leave(range);
        ASSERT_TRUE(replay_->catch_up());
        EXPECT_THAT(rows(ghost_, "HEX(k)"), IsEmpty()) << "what the chunk brought back";
        connection().execute("DROP TABLE " + saved);
    }
}

TEST_P(MigratorReplay, RefusesAKeyWhoseValuesTheAlterChanges) {
    // Two old values could become one.
    for (const auto& [type, alter] : std::vector<std::pair<std::string, std::string>>{
             {"VARBINARY(9)", "MODIFY k VARCHAR(9) CHARACTER SET utf8mb4"},
             {"TIMESTAMP DEFAULT '2000-01-01'", "MODIFY k DATETIME NOT NULL"},
             {"ENUM('b','a')", "MODIFY k ENUM('x','a','b') NOT NULL"},
         }) {
        SCOPED_TRACE(fmt::format("{}, {}", type, alter));
        try {
            follow(fmt::format("(k {} NOT NULL PRIMARY KEY, v INT) ENGINE=InnoDB", type), alter);
            ADD_FAILURE() << "it was accepted";
        } catch (const Refusal& refusal) {
            EXPECT_THAT(refusal.what(), HasSubstr("changes the values of column k"));
        }
    }
}

TEST_P(MigratorReplay, DoesNotDeleteTheNewSpellingOfAKeyWithTheOld) {
    follow("(k VARCHAR(9) COLLATE utf8mb4_general_ci PRIMARY KEY, v INT)", "ADD COLUMN n INT",
           "('a',1), ('b ',2)");
    const auto range = replay_->in_flight().enter();
    run({"UPDATE " + source_ + " SET k = 'A' WHERE k = 'a'",
         "UPDATE " + source_ + " SET k = 'b' WHERE v = 2"});
    ASSERT_TRUE(replay_->catch_up());
    replay_->in_flight().leave(range);
    ASSERT_TRUE(replay_->catch_up());
    EXPECT_THAT(rows(ghost_, "HEX(k), v"), ElementsAre("41|1", "62|2"));
}

}  // namespace
}  // namespace wisp::migrator
