// SPDX-License-Identifier: Apache-2.0
// The ALTER as a change of metadata on a real server: InnoDB's id of the table stays, which a
// rebuild would change, and the lock is waited for no longer than told.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stop_token>
#include <string>
#include <thread>

#include "migrator/inspector.h"
#include "migrator/metadata_ddl.h"
#include "migrator/names.h"
#include "migrator/refusal.h"
#include "mysql/error.h"
#include "mysql/process_list.h"
#include "sql/identifier.h"
#include "tests/migrator/live.h"
#include "tests/support/test_server.h"

namespace wisp::migrator {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::HasSubstr;

class MigratorMetadata : public test::SchemaTest {
  protected:
    void SetUp() override {
        test::SchemaTest::SetUp();
        if (IsSkipped()) return;
        renew();
    }
    void renew() {
        table_ = test::parse_name(schema_->table(
            "(id INT NOT NULL PRIMARY KEY, a INT NOT NULL, v VARCHAR(40) NOT NULL,"
            " w VARCHAR(100) CHARACTER SET latin1, b VARBINARY(300) NOT NULL,"
            " e ENUM('x','y') NOT NULL, s SET('x','y') NOT NULL, UNIQUE KEY u (a, id),"
            " KEY a_index (a), KEY v_index (v, a)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"));
        c().execute(fmt::format("INSERT INTO {} VALUES (1, 1, 'v', 'w', 'b', 'x', 'y')",
                                sql::quote(table_)));
    }
    mysql::Connection& c() { return schema_->connection(); }
    [[nodiscard]] bool modern() { return c().server().mariadb() || c().server().version >= 80000; }
    std::string id() {
        return c()
            .scalar(fmt::format(
                "SELECT TABLE_ID FROM information_schema.{} WHERE NAME = '{}/{}'",
                c().server().has_data_dictionary() ? "INNODB_TABLES" : "INNODB_SYS_TABLES",
                table_.schema, table_.table))
            .value_or("");
    }
    bool alter(const std::string& clauses, seconds lock_wait = seconds(1),
               const std::stop_token& stop = {}) {
        Plan plan;
        auto split = sql::split_alter(clauses);
        if (!split) throw std::logic_error(split.error());
        plan.alter = std::move(*split);
        plan.source = inspect_table(c(), table_);
        plan.names = table_names(plan.source.name, "");
        return alter_metadata(mysql::Connector(server().primary, {}), plan, MetadataWay::kInplace,
                              lock_wait, stop);
    }
    /// Ids of sessions at an ALTER of the table, as SQL text; empty if there is none.
    static std::string altering(mysql::Connection& by, const sql::TableName& table) {
        std::vector<std::uint64_t> ids;
        for (const auto& process : mysql::process_list(by)) {
            if (process.info.starts_with("ALTER TABLE") &&
                process.info.find(table.table) != std::string::npos)
                ids.push_back(process.id);
        }
        return fmt::format("{}", fmt::join(ids, ","));
    }
    std::string await_altering(mysql::Connection& by) {
        const auto end = steady_clock::now() + seconds(20);
        while (altering(by, table_).empty() && steady_clock::now() < end) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return altering(by, table_);
    }

    sql::TableName table_;
};
WISP_FOR_EACH_SERVER(MigratorMetadata);

TEST_P(MigratorMetadata, NothingOnTheListRebuildsTheTable) {
    struct Case {
        const char* clauses;
        bool old_too;  // MySQL 5.6 can
    };
    const char* hide =
        c().server().mariadb() ? "ALTER INDEX a_index IGNORED" : "ALTER INDEX a_index INVISIBLE";
    const Case cases[] = {
        {"RENAME INDEX a_index TO b", false},
        {"DROP INDEX a_index", true},
        {"DROP INDEX u", true},
        {"DROP INDEX a_index, DROP INDEX v_index", true},
        {"RENAME COLUMN a TO b2", false},
        {"ALTER COLUMN a SET DEFAULT -5", true},
        {"ALTER COLUMN v SET DEFAULT 'x', ALTER COLUMN a SET DEFAULT 3", true},
        {hide, false},
        {"MODIFY v VARCHAR(63) NOT NULL", false},
        {"MODIFY w VARCHAR(255) CHARACTER SET latin1 COLLATE latin1_swedish_ci", false},
        {"MODIFY b VARBINARY(3000) NOT NULL", false},
        {"MODIFY e ENUM('x','y','z') NOT NULL", true},
        {"MODIFY s SET('x','y','z') NOT NULL DEFAULT 'x'", true},
        {"MODIFY v VARCHAR(40) NOT NULL DEFAULT 'q' COMMENT 'new'", true},
        {"MODIFY v VARCHAR(50) NOT NULL, DROP INDEX v_index, RENAME COLUMN a TO a2", false},
    };
    for (const auto& [clauses, old_too] : cases) {
        SCOPED_TRACE(clauses);
        renew();
        const std::string twin = schema_->name() + ".twin";
        c().execute("DROP TABLE IF EXISTS " + twin);
        c().execute(fmt::format("CREATE TABLE {} LIKE {}", twin, sql::quote(table_)));
        const std::string before = id();
        ASSERT_FALSE(before.empty());
        const bool done = alter(clauses);
        EXPECT_EQ(done, modern() || old_too);
        EXPECT_EQ(id(), before);
        if (!done) continue;
        c().execute(fmt::format("ALTER TABLE {} {}", twin, clauses));
        const auto text = [&](const std::string& name) {
            const auto create = c().query("SHOW CREATE TABLE " + name)[0].text(1);
            return create.substr(create.find('('));
        };
        EXPECT_EQ(text(sql::quote(table_)), text(twin));
        EXPECT_EQ(c().scalar("SELECT COUNT(*) FROM " + sql::quote(table_)), "1");
    }
}

TEST_P(MigratorMetadata, WhatIsNotOnTheListIsLeftAlone) {
    const std::string before = inspect_table(c(), table_).create_statement;
    for (const char* clauses : {"MODIFY v VARCHAR(64) NOT NULL", "ADD COLUMN z INT", "FORCE",
                                "MODIFY a INT NULL", "DROP PRIMARY KEY"}) {
        EXPECT_FALSE(alter(clauses)) << clauses;
    }
    EXPECT_EQ(inspect_table(c(), table_).create_statement, before);
}

TEST_P(MigratorMetadata, TheLockIsWaitedForAsLongAsTold) {
    const auto reader = connect();
    reader->execute("START TRANSACTION");
    static_cast<void>(reader->query("SELECT * FROM " + sql::quote(table_)));
    const auto began = steady_clock::now();
    EXPECT_FALSE(alter("DROP INDEX a_index"));
    // Five attempts of a second, and pauses of 1, 2, 3 and 4 between them.
    const auto took = steady_clock::now() - began;
    EXPECT_GE(took, seconds(15));
    EXPECT_LT(took, seconds(40));
    EXPECT_THAT(inspect_table(c(), table_).create_statement, HasSubstr("a_index"));
}

TEST_P(MigratorMetadata, ALostSessionIsDeadBeforeItsOutcomeIsTold) {
    const auto reader = connect();
    reader->execute("START TRANSACTION");
    static_cast<void>(reader->query("SELECT * FROM " + sql::quote(table_)));
    const std::string before = inspect_table(c(), table_).create_statement;
    for (const bool killed : {true, false}) {
        std::stop_source stop;
        std::jthread breaker([&] {
            const auto by = connect();
            const auto session = await_altering(*by);
            ASSERT_FALSE(session.empty());
            if (killed) {
                by->execute("KILL " + session);
            } else {
                stop.request_stop();
            }
        });
        if (killed) {
            EXPECT_THROW(alter("DROP INDEX a_index", seconds(60), stop.get_token()), mysql::Error);
        } else {
            EXPECT_THROW(alter("DROP INDEX a_index", seconds(60), stop.get_token()), Stopped);
        }
        breaker.join();
        EXPECT_EQ(altering(c(), table_), "");
        EXPECT_EQ(inspect_table(c(), table_).create_statement, before);
    }
}

}  // namespace
}  // namespace wisp::migrator
