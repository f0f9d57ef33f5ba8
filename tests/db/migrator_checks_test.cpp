// SPDX-License-Identifier: Apache-2.0
// What a run refuses before it touches anything, through the job itself. Global settings are
// changed here, so ctest runs nothing beside this program.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "migrator/migrate_job.h"
#include "migrator/refusal.h"
#include "migrator/run_lock.h"
#include "migrator/server_mover.h"
#include "mysql/error.h"
#include "sql/identifier.h"
#include "tests/migrator/live.h"
#include "tests/support/test_server.h"

namespace wisp::migrator {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A global variable with another value until the end of its scope.
class GlobalSetting {
  public:
    GlobalSetting(mysql::Connection& connection, std::string name, const std::string& value)
        : connection_(connection), name_(std::move(name)) {
        const auto before = connection_.scalar("SELECT @@global." + name_).value_or("");
        const bool number =
            !before.empty() && before.find_first_not_of("0123456789") == std::string::npos;
        before_ = number ? before : connection_.quote(before);
        connection_.execute(fmt::format("SET GLOBAL {} = {}", name_, value));
    }
    GlobalSetting(const GlobalSetting&) = delete;
    GlobalSetting& operator=(const GlobalSetting&) = delete;
    ~GlobalSetting() {
        try {
            connection_.execute(fmt::format("SET GLOBAL {} = {}", name_, before_));
        } catch (const mysql::Error& error) {
            ADD_FAILURE() << error.what();
        }
    }

  private:
    mysql::Connection& connection_;
    std::string name_;
    std::string before_;
};

class MigratorChecks : public test::SchemaTest {
  protected:
    [[nodiscard]] MigrationOptions options(const std::string& table,
                                           const std::string& alter) const {
        MigrationOptions options;
        options.endpoint = server().primary;
        options.allow_on_master = true;
        options.schema = schema_->name();
        options.table = test::parse_name(table).table;
        options.alter = alter;
        return options;
    }
    /// The refusal of a run on that table; empty if it would begin. Leaves no table of ours.
    [[nodiscard]] std::string refusal(const std::string& table,
                                      const std::string& alter = "ADD COLUMN n INT") const {
        return refusal(options(table, alter));
    }
    [[nodiscard]] std::string refusal(const MigrationOptions& options) const {
        const auto before = tables();
        std::string text;
        MigrateJob job(options);
        try {
            job.prepare();
            job.clean_up();
        } catch (const Refusal& refused) {
            text = refused.what();
            EXPECT_NE(text, "");
        }
        EXPECT_EQ(tables(), before) << "a preview or a refusal leaves everything as it was";
        return text;
    }
    [[nodiscard]] std::vector<std::string> tables() const {
        std::vector<std::string> names;
        for (const auto& row :
             connection().query("SHOW TABLES FROM " + sql::quote(schema_->name()))) {
            names.push_back(row.text(0));
        }
        return names;
    }
    [[nodiscard]] std::string good_table() const {
        return schema_->table("(id INT PRIMARY KEY, v INT) ENGINE=InnoDB");
    }
    [[nodiscard]] bool knows(const std::string& variable) const {
        return !connection().query("SHOW GLOBAL VARIABLES LIKE '" + variable + "'").empty();
    }
};
WISP_FOR_EACH_SERVER(MigratorChecks);

TEST_P(MigratorChecks, FindNothingWrongWithAnOrdinaryTable) {
    EXPECT_EQ(refusal(good_table()), "");
}

// --- the table -----------------------------------------------------------------------------------

TEST_P(MigratorChecks, RefuseATableThatIsNotThere) {
    EXPECT_THAT(refusal("`" + schema_->name() + "`.`nowhere`"),
                AllOf(HasSubstr("nowhere"), HasSubstr("--table")));
}

TEST_P(MigratorChecks, RefuseAView) {
    connection().execute("CREATE VIEW " + schema_->qualified("v") + " AS SELECT * FROM " +
                         good_table());
    EXPECT_THAT(refusal(schema_->qualified("v")), AllOf(HasSubstr("`v`"), HasSubstr("is a view")));
}

TEST_P(MigratorChecks, RefuseATableWithoutAKey) {
    const auto table = schema_->table("(a INT, b INT, KEY (a)) ENGINE=InnoDB");
    EXPECT_THAT(refusal(table), AllOf(HasSubstr("no unique key"), HasSubstr("ADD PRIMARY KEY")));
}

TEST_P(MigratorChecks, RefuseATableWhoseOnlyKeysMayBeNull) {
    const auto table = schema_->table(
        "(a INT, b INT NOT NULL, UNIQUE KEY one (a), UNIQUE KEY two (b, a)) ENGINE=InnoDB");
    EXPECT_THAT(refusal(table),
                AllOf(HasSubstr("one: column a can be NULL"),
                      HasSubstr("two: column a can be NULL"), HasSubstr("ADD PRIMARY KEY")));
}

TEST_P(MigratorChecks, RefuseAnEngineWithoutTransactions) {
    const auto table = schema_->table("(id INT PRIMARY KEY) ENGINE=MyISAM");
    EXPECT_THAT(refusal(table), AllOf(HasSubstr("MyISAM"), HasSubstr("native ALTER")));
}

TEST_P(MigratorChecks, RefuseASystemVersionedTable) {
    if (!connection().server().mariadb()) GTEST_SKIP() << "MariaDB only";
    const auto table = schema_->table("(id INT PRIMARY KEY) ENGINE=InnoDB WITH SYSTEM VERSIONING");
    EXPECT_THAT(refusal(table), AllOf(HasSubstr("system-versioned"), HasSubstr("native ALTER")));
}

TEST_P(MigratorChecks, RefuseForeignKeysInEitherDirection) {
    const auto parent = good_table();
    const auto child =
        schema_->table(fmt::format("(id INT PRIMARY KEY, p INT, CONSTRAINT fk1 FOREIGN KEY (p) "
                                   "REFERENCES {} (id)) ENGINE=InnoDB",
                                   parent));
    for (const auto& table : {parent, child}) {
        EXPECT_THAT(refusal(table), AllOf(HasSubstr("fk1"), HasSubstr("drop it for the run")))
            << table;
    }
}

TEST_P(MigratorChecks, RefuseATableThatReferencesItself) {
    const auto table = schema_->qualified("tree");
    connection().execute(
        fmt::format("CREATE TABLE {} (id INT PRIMARY KEY, up INT, CONSTRAINT fk2 FOREIGN KEY (up) "
                    "REFERENCES {} (id))"
                    " ENGINE=InnoDB",
                    table, table));
    EXPECT_THAT(refusal(table), HasSubstr("fk2"));
}

TEST_P(MigratorChecks, RefuseTriggersAndNameEachOfThem) {
    const auto table = good_table();
    for (const char* event : {"INSERT", "DELETE"}) {
        connection().execute(
            fmt::format("CREATE TRIGGER {}.on_{} BEFORE {} ON {} FOR EACH ROW SET @x = 1",
                        sql::quote(schema_->name()), event, event, table));
    }
    EXPECT_THAT(refusal(table), AllOf(HasSubstr("on_INSERT"), HasSubstr("on_DELETE"),
                                      HasSubstr("drop it for the run"), HasSubstr("2 things")));
}

// --- the ALTER -----------------------------------------------------------------------------------

TEST_P(MigratorChecks, RefuseWhatAGhostTableCannotDo) {
    const auto table = good_table();
    EXPECT_THAT(refusal(table, "DISCARD TABLESPACE"),
                AllOf(HasSubstr("DISCARD TABLESPACE"), HasSubstr("native ALTER")));
    EXPECT_THAT(
        refusal(table, "ADD CONSTRAINT x FOREIGN KEY (v) REFERENCES " + good_table() + " (id)"),
        AllOf(HasSubstr("foreign key"), HasSubstr("after this migration")));
    EXPECT_THAT(refusal(table, "ADD COLUMN n INT, ALGORITHM=INPLACE"), HasSubstr("ALGORITHM"));
}

TEST_P(MigratorChecks, RefuseAnAlterThatTheServerDoesNotTake) {
    EXPECT_THAT(refusal(good_table(), "ADD COLUMN v INT"),
                AllOf(HasSubstr("1060"), HasSubstr("--alter")));
    EXPECT_THAT(refusal(good_table(), "ADD COLUMN broken"), HasSubstr("--alter"));
    EXPECT_THAT(refusal(good_table(), "COMMENT='100%', ADD COLUMN `%s%n` INT, ADD COLUMN v INT"),
                HasSubstr("%s%n"));
}

TEST_P(MigratorChecks, RefuseAnAlterThatNamesAnotherTable) {
    EXPECT_THAT(refusal(good_table(), "ALTER TABLE elsewhere ADD COLUMN n INT"),
                HasSubstr("another table"));
}

TEST_P(MigratorChecks, RefuseAnAlterThatLeavesNoCommonKeyAndTakeTheTablesAway) {
    const auto table = schema_->table("(a INT PRIMARY KEY, b INT NOT NULL) ENGINE=InnoDB");
    EXPECT_THAT(refusal(table, "DROP PRIMARY KEY, ADD PRIMARY KEY (b)"),
                HasSubstr("before and after"));
}

TEST_P(MigratorChecks, RefuseAConversionThatReplayCouldNotRepeat) {
    const auto table = schema_->table("(id INT PRIMARY KEY, f FLOAT) ENGINE=InnoDB");
    EXPECT_THAT(refusal(table, "MODIFY f VARCHAR(30)"),
                AllOf(HasSubstr("`f`"), HasSubstr("add a new column")));
}

// --- what stands in the way ----------------------------------------------------------------------

TEST_P(MigratorChecks, RefuseTablesOfAnEarlierRunUnlessTheyMayGo) {
    const auto table = good_table();
    const auto name = test::parse_name(table).table;
    for (const auto& [left, flag] : {std::pair{"_" + name + "_gho", "--initially-drop-ghost-table"},
                                     std::pair{name + "~gho", "--initially-drop-ghost-table"},
                                     std::pair{"_" + name + "_del", "--initially-drop-old-table"},
                                     std::pair{name + "~old", "--initially-drop-old-table"}}) {
        SCOPED_TRACE(left);
        connection().execute("CREATE TABLE " + schema_->qualified(left) + " (precious INT)");
        EXPECT_THAT(refusal(table), AllOf(HasSubstr(left), HasSubstr(flag)));
        auto allowed = options(table, "ADD COLUMN n INT");
        allowed.drop_ghost_first = allowed.drop_old_first = true;
        allowed.execute = true;  // a preview leaves the old table where it is
        MigrateJob job(allowed);
        EXPECT_NO_THROW(job.prepare());
        job.clean_up();
        EXPECT_THAT(tables(), Not(::testing::Contains(left)));
    }
}

TEST_P(MigratorChecks, RefuseASecondRunOnTheSameTable) {
    const auto table = good_table();
    MigrateJob first(options(table, "ADD COLUMN n INT"));
    first.prepare();
    auto again = options(table, "ADD COLUMN n INT");
    again.drop_ghost_first = true;
    EXPECT_THAT(refusal(again), HasSubstr("another wisp"));
    first.clean_up();
}

TEST_P(MigratorChecks, TheRunLockIsTakenAgainWhenItsSessionDies) {
    const mysql::Connector connector(server().primary, {});
    const auto name = test::parse_name(good_table());
    RunLock lock(connector, name);
    const auto before = lock.session({}).id();
    mysql::kill_connection(connection(), before);
    EXPECT_NE(lock.session({}).id(), before);
    EXPECT_THROW(RunLock(connector, name), Refusal) << "it is held again";
}

TEST_P(MigratorChecks, TwoTablesWithOneGhostAreNotAlteredAtATime) {
    if (!connect()->server().has_several_user_locks()) GTEST_SKIP() << "one lock a session";
    const mysql::Connector connector(server().primary, {});
    const auto ghost = sql::TableName{schema_->name(), "_orders_gho"};
    RunLock one(connector, {schema_->name(), "orders_1"}, ghost);
    EXPECT_THROW(RunLock(connector, {schema_->name(), "orders_2"}, ghost), Refusal);
    mysql::kill_connection(connection(), one.session({}).id());
    one.session({});
    EXPECT_THROW(RunLock(connector, {schema_->name(), "orders_2"}, ghost), Refusal);
}

TEST_P(MigratorChecks, ARunEndsWhenAnotherTookItsLock) {
    const mysql::Connector connector(server().primary, {});
    const auto name = test::parse_name(good_table());
    RunLock lock(connector, name);
    mysql::bury_session(connector, lock.session({}).id(), {});
    const RunLock another(connector, name);
    EXPECT_THROW(lock.session({}), Refusal);
}

TEST_P(MigratorChecks, RefuseAPrimaryWithoutLeaveToUseIt) {
    auto careful = options(good_table(), "ADD COLUMN n INT");
    careful.allow_on_master = false;
    EXPECT_THAT(refusal(careful), HasSubstr("--allow-on-master"));
}

TEST_P(MigratorChecks, RefuseAnAccountWithoutTheRightToReadTheBinlog) {
    const auto table = good_table();
    const test::TmpUser user(connection(), fmt::format("ALL ON {}.*", sql::quote(schema_->name())));
    auto limited = options(table, "ADD COLUMN n INT");
    limited.endpoint = user.endpoint();
    std::string said;
    try {
        said = refusal(limited);
    } catch (const mysql::Error& error) {
        FAIL() << "the bare server error, without a word on what to do: " << error.what();
    }
    EXPECT_THAT(said, AllOf(HasSubstr("GRANT"), HasSubstr("REPLICATION SLAVE")));
}

// --- global settings -----------------------------------------------------------------------------

TEST_P(MigratorChecks, RefuseRowImagesOnlyWhereTheyLackTheKey) {
    const auto table = good_table();
    const auto keyed = schema_->table("(id INT PRIMARY KEY, k INT NOT NULL, UNIQUE KEY by_k (k))");
    const auto without_primary = [&] {
        return refusal(options(keyed, "DROP PRIMARY KEY, ADD COLUMN n INT"));
    };
    for (const char* image : {"'MINIMAL'", "'NOBLOB'", "'FULL'"}) {
        const GlobalSetting setting(connection(), "binlog_row_image", image);
        EXPECT_EQ(refusal(table), "") << image;
        if (std::string_view(image) != "'MINIMAL'") {
            EXPECT_EQ(without_primary(), "") << image;
            continue;
        }
        EXPECT_THAT(without_primary(), AllOf(HasSubstr("binlog_row_image"), HasSubstr("by_k"),
                                             HasSubstr("SET GLOBAL binlog_row_image='FULL'")));
    }
}

TEST_P(MigratorChecks, RefuseAnotherBinlogFormatThanRow) {
    const auto table = good_table();
    for (const char* format : {"'STATEMENT'", "'MIXED'"}) {
        const GlobalSetting setting(connection(), "binlog_format", format);
        EXPECT_THAT(refusal(table),
                    AllOf(HasSubstr("binlog_format"), HasSubstr("SET GLOBAL binlog_format='ROW'")));
    }
}

TEST_P(MigratorChecks, RefuseCommitsThatBecomeVisibleOutOfOrder) {
    if (!knows("binlog_order_commits")) GTEST_SKIP() << "the server always keeps the order";
    const auto table = good_table();
    const GlobalSetting setting(connection(), "binlog_order_commits", "OFF");
    EXPECT_THAT(refusal(table), AllOf(HasSubstr("binlog_order_commits"),
                                      HasSubstr("SET GLOBAL binlog_order_commits=ON")));
}

TEST_P(MigratorChecks, RefuseAServerThatLetsReadersOvertakeTheLock) {
    const auto table = good_table();
    const GlobalSetting setting(connection(), "max_write_lock_count", "16");
    EXPECT_THAT(refusal(table), HasSubstr("max_write_lock_count"));
}

TEST_P(MigratorChecks, RefuseAReadOnlyServer) {
    const auto table = good_table();
    const GlobalSetting setting(connection(), "read_only", "1");
    EXPECT_THAT(refusal(table), HasSubstr("read-only"));
}

TEST_P(MigratorChecks, NumberSeveralIssues) {
    const auto table = schema_->table("(a INT) ENGINE=MyISAM");
    const auto text = refusal(table, "ADD COLUMN n INT, LOCK=NONE");
    EXPECT_THAT(text,
                AllOf(HasSubstr("3 things"), HasSubstr("(1)"), HasSubstr("(2)"), HasSubstr("(3)")));
    EXPECT_THAT(text, Not(HasSubstr("(4)")));
}

// --- the server's zone, which the copy goes by ---------------------------------------------------

TEST_P(MigratorChecks, TheCopyTakesInstantsThroughTheServersZone) {
    const GlobalSetting setting(connection(), "time_zone", "'+05:30'");
    const auto table = schema_->table("(id INT PRIMARY KEY, a TIMESTAMP NULL, b DATETIME(3))");
    connection().execute("INSERT INTO " + table +
                         " VALUES (1, '2024-07-01 12:00:00', '2024-07-01 12:00:00.123'),"
                         " (2, NULL, '0000-00-00 00:00:00')");
    const auto plan = test::live_plan(connection(), test::parse_name(table),
                                      "MODIFY a DATETIME NULL, MODIFY b TIMESTAMP(3) NULL,"
                                      " ADD COLUMN c DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP");
    ServerMover(plan).move(connection(), {});
    const auto row = [&](int id) {
        return connection().scalar(
            fmt::format("SELECT CONCAT_WS('|', IFNULL(a, 'NULL'), b, TIMESTAMPDIFF(MINUTE, NOW(), "
                        "c)) FROM {} WHERE id = {}",
                        sql::quote(plan.names.ghost), id));
    };
    EXPECT_EQ(row(1), "2024-07-01 17:30:00|2024-07-01 06:30:00.123|330");
    EXPECT_EQ(row(2), "NULL|0000-00-00 00:00:00.000|330");
}

}  // namespace
}  // namespace wisp::migrator
