// SPDX-License-Identifier: Apache-2.0
// Row images that are not full (binlog_row_image, binlog_row_value_options): what they leave out is
// taken from the image before or read from the source, and the ghost is what an ALTER makes.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "migrator/refusal.h"
#include "sql/identifier.h"
#include "tests/migrator/live.h"
#include "tests/support/test_server.h"

namespace wisp::migrator {
namespace {

using ::testing::HasSubstr;
using Strings = std::vector<std::string>;

class MigratorImages : public test::SchemaTest {
  protected:
    [[nodiscard]] Strings images() {
        const auto& info = connection().server();
        if (info.mariadb() && info.version >= 110400)
            return {"MINIMAL", "NOBLOB", "FULL", "FULL_NODUP"};
        return {"MINIMAL", "NOBLOB", "FULL"};
    }
    [[nodiscard]] bool generates_columns() {
        return connection().server().mariadb() || connection().server().version >= 50700;
    }
    [[nodiscard]] bool logs_json_in_part() {
        return !connection().server().mariadb() && connection().server().version >= 80004;
    }

    /// Follows a table, runs the statements on it ({} is its name), and compares.
    void expect_same(const std::string& definition, const std::string& alter, const Strings& before,
                     const Strings& statements) {
        const std::string table = schema_->table(definition);
        run(table, before);
        test::Replay replay(server().primary,
                            test::live_plan(connection(), test::parse_name(table), alter));
        replay.start_applier();
        replay.copy();
        for (const auto& statement : statements) {
            run(table, {statement});
            // Each by itself, then all of the next round in one batch.
            ASSERT_TRUE(replay.catch_up());
        }
        run(table, {"BEGIN"});
        run(table, statements);
        run(table, {"COMMIT"});
        ASSERT_TRUE(replay.catch_up());
        const std::string oracle = schema_->qualified("oracle");
        run(table, {"DROP TABLE IF EXISTS " + oracle, "CREATE TABLE " + oracle + " LIKE {}"});
        const auto columns = replay.plan().source.columns;
        std::string names;
        for (const auto& column : columns) {
            if (column.generated != sql::Generated::kNo) continue;
            names += (names.empty() ? "" : ",") + sql::quote(column.name);
        }
        run(table, {fmt::format("INSERT INTO {0} ({1}) SELECT {1} FROM {{}}", oracle, names),
                    "ALTER TABLE " + oracle + " " + alter});
        const auto checksum = [&](const std::string& name) {
            return connection().query("CHECKSUM TABLE " + name)[0].text(1);
        };
        const std::string ghost = sql::quote(replay.plan().names.ghost);
        EXPECT_EQ(checksum(oracle), checksum(ghost)) << shown(oracle) << "\nghost:" << shown(ghost);
    }
    void run(const std::string& table, const Strings& statements) {
        for (std::string statement : statements) {
            for (auto at = statement.find("{}"); at != std::string::npos; at = statement.find("{}"))
                statement.replace(at, 2, table);
            connection().execute(statement);
        }
    }
    std::string shown(const std::string& table) {
        std::string out;
        for (const auto& row : connection().query("SELECT * FROM " + table + " ORDER BY 1")) {
            out += "\n  ";
            for (std::size_t i = 0; i < row.size(); ++i)
                out += (row.is_null(i) ? "NULL" : std::string(row[i].substr(0, 100))) + "|";
        }
        return out;
    }
};
WISP_FOR_EACH_SERVER(MigratorImages);

TEST_P(MigratorImages, OfEveryKindAreReplayed) {
    for (const auto& image : images()) {
        SCOPED_TRACE(image);
        connection().execute("SET SESSION binlog_row_image = '" + image + "'");
        expect_same(
            "(id INT AUTO_INCREMENT PRIMARY KEY, a INT NOT NULL DEFAULT 5, u INT UNIQUE, v "
            "VARCHAR(20) CHARACTER SET latin1 NOT NULL DEFAULT 'dé''f', tx TEXT, bl BLOB,"
            " e ENUM('x','y') DEFAULT 'y', at TIMESTAMP(3) NOT NULL DEFAULT '2001-02-03 04:05:06.7'"
            " ON UPDATE CURRENT_TIMESTAMP(3), b BIT(9) DEFAULT b'101', d DATE NULL)"
            " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
            "MODIFY a BIGINT NOT NULL DEFAULT 6, MODIFY e ENUM('y','z','x') DEFAULT 'z', MODIFY v "
            "VARCHAR(30) CHARACTER SET utf8mb4 NOT NULL DEFAULT 'other', ADD COLUMN n INT",
            {"INSERT INTO {} (id, u, tx, bl) VALUES (1,10,'one',X'00'), (2,20,'two',NULL), "
             "(3,30,NULL,X'FF'), (4,40,'four','b')"},
            {"UPDATE {} SET a = a + 1 WHERE id <= 2", "UPDATE {} SET tx = CONCAT(tx, 'x')",
             "UPDATE {} SET bl = NULL, v = 'ö' WHERE id = 3", "INSERT INTO {} (u) VALUES (NULL)",
             "INSERT INTO {} (id, a) VALUES (100, 1)", "DELETE FROM {} WHERE id = 4",
             "UPDATE {} SET id = id + 1000 WHERE id = 2", "UPDATE {} SET id = 7 WHERE id = 100",
             "REPLACE INTO {} (id, u) VALUES (1, 30)",
             "INSERT INTO {} (id, a) VALUES (3, 9), (9, 9) ON DUPLICATE KEY UPDATE e = 'x'",
             "UPDATE {} AS t1 JOIN {} AS t2 ON t1.id = t2.id SET t1.d = '2020-02-02', t1.b = 1",
             "DELETE FROM {} WHERE id = 7", "DELETE FROM {} WHERE id = 9"});
    }
}

TEST_P(MigratorImages, HoldComputedColumnsThatTheAlterMakesPlain) {
    if (!generates_columns()) GTEST_SKIP() << "no generated columns";
    for (const auto& image : images()) {
        SCOPED_TRACE(image);
        connection().execute("SET SESSION binlog_row_image = '" + image + "'");
        expect_same(
            "(id INT PRIMARY KEY, a INT, w INT AS (a + 2) VIRTUAL, s INT AS (a + 1) STORED, c INT)",
            "MODIFY s INT", {"INSERT INTO {} (id, a) VALUES (1,10), (2,20)"},
            {"UPDATE {} SET a = a + 1 WHERE id = 1", "UPDATE {} SET c = 5",
             "INSERT INTO {} (id) SELECT 3 + COUNT(*) FROM {}",
             "UPDATE {} SET id = id + 100 WHERE id = 2"});
    }
}

TEST_P(MigratorImages, OfRowsWhoseUniqueValuesWander) {
    for (const auto& image : images()) {
        SCOPED_TRACE(image);
        connection().execute("SET SESSION binlog_row_image = '" + image + "'");
        for (const auto* alter : {"ADD COLUMN n INT", "ADD UNIQUE KEY w (v)"}) {
            SCOPED_TRACE(alter);
            expect_same("(id INT PRIMARY KEY, u INT, v INT, x INT, UNIQUE KEY (u))", alter,
                        {"INSERT INTO {} VALUES (1,10,10,0), (2,20,20,0), (3,30,30,0)"},
                        {"UPDATE {} SET u = -1, v = -1 WHERE id = 1",
                         "UPDATE {} SET u = u - 10, v = v - 10 WHERE id > 1 ORDER BY id",
                         "UPDATE {} SET u = 30, v = 30 WHERE id = 1",
                         "UPDATE {} SET x = x + 1, id = id + 10 ORDER BY id DESC",
                         "UPDATE {} SET id = id - 10 ORDER BY id"});
        }
    }
}

TEST_P(MigratorImages, OfJsonInPart) {
    if (!logs_json_in_part()) GTEST_SKIP() << "no partial JSON";
    connection().execute("SET SESSION binlog_row_value_options = 'PARTIAL_JSON'");
    const std::string pad = "REPEAT('p', 300)";
    for (const auto& image : images()) {
        SCOPED_TRACE(image);
        connection().execute("SET SESSION binlog_row_image = '" + image + "'");
        expect_same(
            "(id INT PRIMARY KEY, j JSON, v INT, k JSON, l JSON)",
            "ADD COLUMN n INT, DROP COLUMN l",
            {"INSERT INTO {} VALUES (1, JSON_OBJECT('a', JSON_ARRAY(1, 2, 3), 'a b]', 1, 'p', " +
                 pad + "), 1, JSON_ARRAY(CAST(1.50 AS DECIMAL(9,2)), X'00FF', " + pad +
                 "), JSON_OBJECT('x', " + pad + "))",
             "INSERT INTO {} SELECT id + 1, j, v, k, l FROM {}",
             "INSERT INTO {} VALUES (3, NULL, NULL, 'null', JSON_OBJECT())"},
            {"UPDATE {} SET j = JSON_SET(j, '$.a[1]', 'two', '$.\"a b]\"', 2.5e0)",
             "UPDATE {} SET j = JSON_REMOVE(j, '$.a[0]'), l = JSON_SET(l, '$.x', 1)",
             "UPDATE {} SET j = JSON_ARRAY_INSERT(j, '$.a[1]', CAST('1:2:3' AS TIME)), v = v + 1",
             "UPDATE {} SET k = JSON_REPLACE(k, '$[0]', CAST(2.50 AS DECIMAL(9,2)), '$[1]', 7)",
             "UPDATE {} SET j = JSON_INSERT(j, '$.new', JSON_OBJECT('é\\'\\\\\\\\', NULL))",
             "UPDATE {} SET j = JSON_REPLACE(j, '$.p', j->'$.p')",
             "UPDATE {} SET j = JSON_REMOVE(j, '$.new', '$.\"a b]\"') WHERE id = 1",
             "UPDATE {} SET id = id + 10, k = JSON_SET(k, '$[1]', id), j = JSON_SET(j, '$.a', 0)"
             " WHERE id = 2",
             "UPDATE {} SET id = id - 10 WHERE id > 10"});
    }
}

TEST_P(MigratorImages, WithoutTheKeyStopTheRun) {
    const std::string table =
        schema_->table("(id INT PRIMARY KEY, k INT NOT NULL, v INT, UNIQUE KEY k_key (k))");
    connection().execute("INSERT INTO " + table + " VALUES (1, 1, 1)");
    test::Replay replay(server().primary, test::live_plan(connection(), test::parse_name(table),
                                                          "DROP PRIMARY KEY, ADD COLUMN n INT"));
    replay.start_applier();
    connection().execute("SET SESSION binlog_row_image = 'MINIMAL'");
    connection().execute("UPDATE " + table + " SET v = 2");
    EXPECT_FALSE(replay.catch_up(std::chrono::seconds(2)));
    try {
        replay.stop_applier();
        FAIL() << "taken";
    } catch (const Refusal& refused) {
        EXPECT_THAT(refused.what(), ::testing::AllOf(HasSubstr("key column `k`"),
                                                     HasSubstr("binlog_row_image='FULL'")));
    }
}

}  // namespace
}  // namespace wisp::migrator
