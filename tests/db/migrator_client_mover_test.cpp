// SPDX-License-Identifier: Apache-2.0
// The copy through the client: the same counts, the same strictness, the same missing rows as
// inside the server. That values are exact, MigratorTypes shows.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "migrator/client_mover.h"
#include "migrator/refusal.h"
#include "migrator/server_mover.h"
#include "mysql/error.h"
#include "sql/identifier.h"
#include "tests/db/mover_scene.h"

namespace wisp::migrator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class MigratorClientMover : public MoverTest {
  protected:
    [[nodiscard]] Moved move(const Plan& plan, const Range& range = {}) const {
        return ClientMover(plan, mysql::Connector(server().primary, {})).move(connection(), range);
    }
};
WISP_FOR_EACH_SERVER(MigratorClientMover);

TEST_P(MigratorClientMover, CountsRowsReadAndInserted) {
    const auto p = plan("(id INT PRIMARY KEY, v VARCHAR(9))", "(1,'a'), (2,'b'), (3,'c'), (4,'d')",
                        "ADD COLUMN n INT NOT NULL DEFAULT 7");
    connection().execute(
        fmt::format("INSERT INTO {} (id, v) VALUES (3, 'applied')", sql::quote(p.names.ghost)));
    const auto moved = move(p, {{"1"}, {"3"}, {}, 0, 0, {}});
    EXPECT_EQ(moved.rows_read, 2U);
    EXPECT_EQ(moved.rows_inserted, 1U);
    EXPECT_THAT(moved.missing, IsEmpty());
    EXPECT_THAT(ghost(p), ElementsAre("2|b", "3|applied"));
    EXPECT_EQ(move(p).rows_read, 4U);
    EXPECT_EQ(move(p).rows_inserted, 0U);
}

TEST_P(MigratorClientMover, CopiesNothingFromAnEmptyRange) {
    const auto p = plan("(id INT PRIMARY KEY, v INT)", "", "ADD COLUMN n INT");
    EXPECT_EQ(move(p).rows_read, 0U);
}

TEST_P(MigratorClientMover, ReadsPageByPage) {
    // More rows than a page, and a key whose bounds are texts of a column list.
    std::string rows;
    for (int i = 0; i < 2'500; ++i) {
        rows += fmt::format("{}('k{}', {}, {})", i == 0 ? "" : ",", i % 7, i, i);
    }
    const auto p = plan("(a VARCHAR(9), id INT, v INT, PRIMARY KEY (a, id)) CHARSET=utf8mb4", rows,
                        "ADD COLUMN n INT");
    const auto moved = move(p);
    EXPECT_EQ(moved.rows_read, 2'500U);
    EXPECT_EQ(moved.rows_inserted, 2'500U);
    EXPECT_EQ(ghost(p, "COUNT(DISTINCT id)"), Rows{"2500"});
}

TEST_P(MigratorClientMover, NamesTheRowsThatANewUniqueKeyKeepsOut) {
    const auto p = plan("(id INT PRIMARY KEY, v VARCHAR(9))",
                        "(1,'a'), (2,'a'), (3,'b'), (4,'A'), (5,'c')", "ADD UNIQUE KEY u (v)");
    const auto moved = move(p);
    EXPECT_EQ(moved.rows_read, 5U);
    EXPECT_EQ(moved.rows_inserted, 3U);
    EXPECT_EQ(moved.missing, ServerMover(p).move(connection(), {}).missing);
    Range again;
    again.keys = "(" + moved.missing.at(0) + " OR " + moved.missing.at(1) + ")";
    connection().execute("DELETE FROM " + sql::quote(p.names.ghost) + " WHERE id = 1");
    EXPECT_EQ(move(p, again).rows_inserted, 1U);
}

TEST_P(MigratorClientMover, NamesRowsWhoseKeysAreOneUnderTheNewCollation) {
    const auto p = plan("(id VARCHAR(9) COLLATE utf8mb4_bin PRIMARY KEY, v INT) CHARSET=utf8mb4",
                        "('a',1), ('A',2), ('b',3)",
                        "MODIFY id VARCHAR(9) COLLATE utf8mb4_general_ci NOT NULL");
    const auto moved = move(p);
    EXPECT_EQ(moved.rows_inserted, 2U);
    EXPECT_EQ(moved.missing.size(), 1U);
}

TEST_P(MigratorClientMover, AChunkThatFailsLeavesNothing) {
    std::string rows = "(0,'1')";
    for (int i = 1; i < 1'500; ++i) rows += fmt::format(",({},'1')", i);
    const auto p = plan("(id INT PRIMARY KEY, v VARCHAR(9))", rows + ",(2000,'x')", "MODIFY v INT");
    EXPECT_THROW(static_cast<void>(move(p)), mysql::Error);
    EXPECT_THAT(ghost(p), IsEmpty());
    EXPECT_EQ(move(p, {{}, {"1499"}, {}, 0, 0, {}}).rows_inserted, 1'500U) << "the same session";
}

TEST_P(MigratorClientMover, CopiesTheEnumErrorValue) {
    const std::string table = schema_->table("(id INT PRIMARY KEY, v ENUM('a','b'))");
    connection().execute("INSERT IGNORE INTO " + table + " VALUES (1, 'none'), (2, 'b')");
    for (const char* alter : {"COMMENT='x'", "MODIFY v ENUM('b','a')"}) {
        SCOPED_TRACE(alter);
        const auto p = test::live_plan(connection(), test::parse_name(table), alter);
        EXPECT_EQ(ClientMover(p, mysql::Connector(server().primary, {}))
                      .move(*connect(), {})
                      .rows_inserted,
                  2U);
        EXPECT_THAT(ghost(p), ElementsAre("1|", "2|b"));
        connection().execute(fmt::format("DROP TABLE {}, {}", sql::quote(p.names.ghost),
                                         sql::quote(p.names.changelog)));
    }
}

TEST_P(MigratorClientMover, AValueBesideTheEnumErrorValueMustFit) {
    // MySQL warns of the character set's name wherever that is used.
    const std::string table = schema_->table(
        "(id INT PRIMARY KEY, v ENUM('a','b'), n INT, t VARCHAR(9) CHARACTER SET utf8)");
    connection().execute("INSERT IGNORE INTO " + table +
                         " VALUES (1, 'none', 127, 'x'), (2, 'none', 128, '\xc3\xa4')");
    const auto p = test::live_plan(connection(), test::parse_name(table), "MODIFY n TINYINT");
    ClientMover mover(p, mysql::Connector(server().primary, {}));
    EXPECT_EQ(mover.move(*connect(), {{}, {"1"}, {}, 0, 0, {}}).rows_inserted, 1U);
    EXPECT_THROW(static_cast<void>(mover.move(*connect(), {{"1"}, {}, {}, 0, 0, {}})), Refusal);
    EXPECT_THAT(ghost(p, "CONCAT_WS('|', id, v, n)"), ElementsAre("1||127"));
}

TEST_P(MigratorClientMover, RefusesADocumentThatTextDoesNotTell) {
    if (connection().server().mariadb() || connection().server().version < 80000) {
        GTEST_SKIP() << "JSON is text here, or there is none";
    }
    for (const char* document :
         {"JSON_ARRAY(CAST('10:00:00' AS TIME))", "JSON_OBJECT('b', X'00FF')",
          "JSON_ARRAY(CAST(1.50 AS DECIMAL(9,2)))"}) {
        SCOPED_TRACE(document);
        const auto p = plan("(id INT PRIMARY KEY, v JSON)",
                            fmt::format("(1, '[1.5, \"x\"]'), (2, {}), (3, NULL)", document),
                            "ADD COLUMN n INT");
        EXPECT_EQ(move(p, {{}, {"1"}, {}, 0, 0, {}}).rows_inserted, 1U);
        EXPECT_EQ(move(p, {{"2"}, {}, {}, 0, 0, {}}).rows_inserted, 1U);
        try {
            static_cast<void>(move(p));
            ADD_FAILURE() << "was copied";
        } catch (const Refusal& refusal) {
            EXPECT_THAT(refusal.what(), HasSubstr("`id` = 2"));
        }
    }
}

}  // namespace
}  // namespace wisp::migrator
