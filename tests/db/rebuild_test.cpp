// SPDX-License-Identifier: Apache-2.0
// wisp rebuild where it refuses, fails or is killed: whose tables are dropped, who may be at work
// beside it, and what replication is like afterwards. That it succeeds is in localtests.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "migrator/refusal.h"
#include "migrator/run_lock.h"
#include "mysql/connector.h"
#include "replica/custody.h"
#include "tests/db/rebuild_scene.h"

namespace wisp {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

using test::kGhost;
using test::kNotes;
using test::kOld;

class Rebuild : public test::RebuildScene {};
WISP_FOR_EACH_SERVER(Rebuild);

TEST_P(Rebuild, AGhostOfSomebodyElseIsLeftAlone) {
    make(10);
    on_replica("DELETE FROM ", " WHERE id = 5");
    replica().execute("CREATE TABLE " + schema().qualified(kGhost) + " (mine INT)");
    const auto refused = rebuild();
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.out, HasSubstr("pass --initially-drop-ghost-table"));
    EXPECT_TRUE(replica_has(kGhost));
    EXPECT_TRUE(runs());
    expect_as_before();
    EXPECT_EQ(rebuild({"--initially-drop-ghost-table"}).exit_code, 0);
    expect_equal();
}

/// What an earlier run changed there would be told on as the primary's.
TEST_P(Rebuild, AHostThatIsOwedItsStateIsRefused) {
    make(10);
    on_replica("DELETE FROM ", " WHERE id = 5");
    mysql::Session session;
    session.write_binlog = false;
    replica::Custody earlier(mysql::Connector(server().primary, session),
                             {schema().name(), kNotes});
    earlier.remember("sql_thread", "running");
    earlier.leave();
    const auto refused = rebuild();
    EXPECT_EQ(refused.exit_code, 1) << refused.out;
    EXPECT_THAT(refused.out, HasSubstr("whose state an earlier wisp rebuild has not given back"));
    expect_as_before();
    earlier.session().execute("DROP TABLE " + schema().qualified(kNotes));
    EXPECT_EQ(rebuild().exit_code, 0);
    expect_equal();
}

/// Ids that were given out must not be given out again once the replica is promoted.
TEST_P(Rebuild, TheCounterOfIdsIsThatOfThePrimary) {
    make(10);
    primary().execute("ALTER TABLE " + table_ + " MODIFY id INT NOT NULL AUTO_INCREMENT");
    primary().execute("INSERT INTO " + table_ + " (u, v) VALUES (50, 'a'), (51, 'b'), (52, 'c')");
    primary().execute("DELETE FROM " + table_ + " WHERE id > 10");
    catch_up();
    on_replica("DELETE FROM ", " WHERE id = 5");
    const auto done = rebuild();
    ASSERT_EQ(done.exit_code, 0) << done.out << done.err;
    expect_equal();
    const auto next = [&](mysql::Connection& server) {
        return server.scalar(fmt::format(
            "SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = '{}' AND"
            " TABLE_NAME = 't1'",
            schema().name()));
    };
    EXPECT_EQ(next(primary()), "14");
    EXPECT_EQ(next(replica()), "14");
}

/// Its notes are those of any run on this replica's table, but it had no ghost.
TEST_P(Rebuild, AfterAKilledRepairAGhostIsSomebodyElses) {
    make(30);
    on_replica("UPDATE ", " SET v = 'drifted' WHERE id IN (6, 7)");
    EXPECT_EQ(run_wisp("verify", {"--repair"}, "repair.written:kill").exit_code, 128 + 9);
    EXPECT_TRUE(replica_has(kNotes));
    replica().execute("CREATE TABLE " + schema().qualified(kGhost) + " (mine INT)");
    const auto refused = rebuild();
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.err, HasSubstr("an earlier run ended early"));
    EXPECT_THAT(refused.out, HasSubstr("pass --initially-drop-ghost-table"));
    EXPECT_TRUE(replica_has(kGhost));
    EXPECT_TRUE(runs());
    expect_as_before();
}

TEST_P(Rebuild, WhileAMigrationOfTheTableRunsItIsRefused) {
    make(10);
    const migrator::RunLock migration({server().primary, {}}, {schema().name(), "t1"});
    const auto refused = rebuild();
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.err, HasSubstr("another wisp or gh-ost is at work"));
    expect_equal();
}

TEST_P(Rebuild, WhileItRunsAMigrationOfTheTableIsRefused) {
    make(10);
    begin("rebuild.ghost_made");
    EXPECT_THROW(migrator::RunLock({server().primary, {}}, {schema().name(), "t1"}),
                 migrator::Refusal);
    // The socket is named after the table, and would be in the way before the lock is asked for.
    const auto refused =
        run_wisp("migrate", {"--table=t1", "--alter=ENGINE=InnoDB", "--allow-on-master",
                             "--execute", "--serve-socket-file=/tmp/" + schema().name() + ".sock"});
    EXPECT_EQ(refused.exit_code, 5);
    EXPECT_THAT(refused.err, HasSubstr("another wisp or gh-ost is at work"));
    const auto done = go_on();
    EXPECT_EQ(done.exit_code, 0) << done.out << done.err;
    expect_equal();
}

/// It is on the replica only. A migration drops tables that have the names of its own, and the
/// replica repeats that.
TEST_P(Rebuild, TheOldTableIsNotInTheWayOfALaterMigration) {
    make(10);
    on_replica("DELETE FROM ", " WHERE id = 5");
    const auto done = run_wisp("rebuild", {"--table=t1", "--execute", "--watch-seconds=60"});
    EXPECT_EQ(done.exit_code, 0) << done.out << done.err;
    EXPECT_TRUE(replica_has(kOld));
    const auto migrated = run_wisp(
        "migrate", {"--table=t1", "--alter=ADD COLUMN w INT", "--allow-on-master", "--execute"});
    EXPECT_EQ(migrated.exit_code, 0) << migrated.out << migrated.err;
    catch_up();
    EXPECT_TRUE(replica_has(kOld));
    EXPECT_TRUE(replica_has("_t1_del"));
    replica().execute("DROP TABLE " + schema().qualified(kOld));
    expect_equal();
}

/// At the last moment before the cut the primary gets two rows that a unique index of the replica's
/// own does not hold beside each other. The replica's table would take them, as it has drifted.
TEST_P(Rebuild, NoCutWhileAUniqueIndexOfTheGhostHoldsARowBack) {
    make(30);
    on_replica("UPDATE ", " SET v = 'drifted' WHERE id = 7");
    replica().execute("ALTER TABLE " + table_ + " ADD UNIQUE KEY own (v)");
    begin("rebuild.stopped", {"--keep-replica-indexes", "--verify=off", "--default-retries=1"});
    primary().execute("INSERT INTO " + table_ + " VALUES (100, 100, 'v7')");
    const auto ended = go_on();
    EXPECT_EQ(ended.exit_code, 1) << ended.out << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("another unique key of the ghost holds a row back"));
    EXPECT_FALSE(replica_has(kGhost));
    EXPECT_TRUE(runs());
    catch_up();
    EXPECT_EQ(replica().scalar("SELECT COUNT(*) FROM " + table_), "31");
    expect_as_before();
}

/// The SQL thread ran when the run began. What was passed over meanwhile is missing afterwards, so
/// it must not go on with this table as if nothing were.
TEST_P(Rebuild, AfterPassingTheTableOverAFailureLeavesReplicationStopped) {
    make(30);
    if (!filters_can_change()) GTEST_SKIP() << "its filters cannot be changed while it runs";
    on_replica("DELETE FROM ", " WHERE id = 5");
    begin("rebuild.stopped", {"--default-retries=1"});
    primary().execute("UPDATE " + table_ + " SET v = 'later' WHERE id = 5");
    const auto failed = go_on();
    EXPECT_EQ(failed.exit_code, 1) << failed.out << failed.err;
    EXPECT_THAT(failed.err, HasSubstr("it is passed over now"));
    EXPECT_THAT(failed.err, HasSubstr("the SQL thread stays stopped"));
    EXPECT_FALSE(runs());
    EXPECT_EQ(ignored(), "");
    EXPECT_TRUE(replica_has(kNotes));
    const auto mended = rebuild();
    EXPECT_EQ(mended.exit_code, 0) << mended.out << mended.err;
    expect_equal();
}

TEST_P(Rebuild, AfterAKillNothingIsStartedWhileSomethingIsInTheWay) {
    make(30);
    if (!filters_can_change()) GTEST_SKIP() << "its filters cannot be changed while it runs";
    break_replication();
    EXPECT_EQ(rebuild({}, "rebuild.stopped:kill").exit_code, 128 + 9);
    EXPECT_FALSE(runs());
    const std::string rule = ignored();
    EXPECT_THAT(rule, HasSubstr(".t1"));
    replica().execute("CREATE TABLE " + schema().qualified(kOld) + " (mine INT)");
    const auto refused = rebuild();
    EXPECT_EQ(refused.exit_code, 1) << refused.out << refused.err;
    EXPECT_THAT(refused.out, HasSubstr("pass --initially-drop-old-table"));
    EXPECT_FALSE(runs());
    EXPECT_EQ(ignored(), rule);
    EXPECT_TRUE(replica_has(kNotes));
    const auto mended = rebuild({"--initially-drop-old-table"});
    EXPECT_EQ(mended.exit_code, 0) << mended.out << mended.err;
    expect_equal();
}

/// Replication is broken, so what a killed run owes cannot be given back before the table is
/// mended.
TEST_P(Rebuild, SuperReadOnlyIsOnAgainAfterAKillThoughReplicationIsBroken) {
    if (!knows_super_read_only()) GTEST_SKIP() << "this server has no super_read_only";
    make_broken_and_read_only();
    EXPECT_EQ(rebuild({}, "rebuild.ignoring:kill").exit_code, 128 + 9);
    EXPECT_EQ(read_only(), "0");
    expect_mended_and_read_only();
}

/// A run that fails after passing over keeps its notes; super_read_only is ON again by then.
TEST_P(Rebuild, ARunAfterAFailureLiftsSuperReadOnlyOnceMore) {
    if (!knows_super_read_only()) GTEST_SKIP() << "this server has no super_read_only";
    make_broken_and_read_only();
    EXPECT_EQ(rebuild({}, "rebuild.stopped:fail").exit_code, 1);
    EXPECT_EQ(read_only(), "1");
    EXPECT_TRUE(replica_has(kNotes));
    expect_mended_and_read_only();
}

/// That run's own ghost is gone, so this one was made by somebody.
TEST_P(Rebuild, AfterAFailureThatKeepsNotesAGhostIsSomebodyElses) {
    make(30);
    if (!filters_can_change()) GTEST_SKIP() << "its filters cannot be changed while it runs";
    break_replication();
    EXPECT_EQ(rebuild({}, "rebuild.stopped:fail").exit_code, 1);
    EXPECT_TRUE(replica_has(kNotes));
    EXPECT_FALSE(replica_has(kGhost));
    replica().execute("CREATE TABLE " + schema().qualified(kGhost) + " (mine INT)");
    const auto refused = rebuild();
    EXPECT_EQ(refused.exit_code, 1) << refused.out << refused.err;
    EXPECT_THAT(refused.out, HasSubstr("pass --initially-drop-ghost-table"));
    EXPECT_TRUE(replica_has(kGhost));
    const auto mended = rebuild({"--initially-drop-ghost-table"});
    EXPECT_EQ(mended.exit_code, 0) << mended.out << mended.err;
    expect_equal();
}

TEST_P(Rebuild, WhatCannotBePassedOverIsRefusedAtOnce) {
    if (filters_can_change()) GTEST_SKIP() << "this server's filters can be changed";
    make(30);
    break_replication();
    const auto refused = rebuild();
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.out, HasSubstr("cannot pass a table over while it runs"));
    EXPECT_FALSE(replica_has(kNotes));
    EXPECT_FALSE(replica_has(kGhost));
    replica().execute("SET GLOBAL slave_exec_mode = IDEMPOTENT");
    replica().execute("START SLAVE");
    catch_up();
    const auto done = rebuild();
    replica().execute("SET GLOBAL slave_exec_mode = STRICT");
    EXPECT_EQ(done.exit_code, 0) << done.out << done.err;
    expect_equal();
}

/// Applications must not write to it while the operator looks at what is in the way.
TEST_P(Rebuild, WhatIsRefusedAfterAKillLeavesTheReplicaReadOnly) {
    if (!knows_super_read_only()) GTEST_SKIP() << "this server has no super_read_only";
    make_broken_and_read_only();
    EXPECT_EQ(rebuild({}, "rebuild.ignoring:kill").exit_code, 128 + 9);
    EXPECT_EQ(read_only(), "0");
    replica().execute("CREATE TABLE " + schema().qualified(kOld) + " (mine INT)");
    EXPECT_EQ(rebuild().exit_code, 1);
    EXPECT_EQ(read_only(), "1");
    expect_mended_and_read_only({"--initially-drop-old-table"});
}

}  // namespace
}  // namespace wisp
