// SPDX-License-Identifier: Apache-2.0
// wisp rebuild on replicas in all kinds of states: filters, another source in the middle of the
// run, co-primaries, transactions that are prepared and not decided.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/db/rebuild_scene.h"

namespace wisp {
namespace {

using ::testing::HasSubstr;

class RebuildStates : public test::RebuildScene {
  protected:
    [[nodiscard]] bool new_words() const { return replica().server().says_replica(); }
    /// "STOP REPLICA", on either server.
    void replication(mysql::Connection& on, const char* verb) const {
        on.execute(fmt::format("{} {}", verb, new_words() ? "REPLICA" : "SLAVE"));
    }
    /// CHANGE … TO, in the words of this server; {0} stands for SOURCE or MASTER.
    void change_source(mysql::Connection& on, const std::string& what) const {
        const std::string word = new_words() && !on.server().mariadb() ? "SOURCE" : "MASTER";
        on.execute(fmt::format("CHANGE {} TO {}",
                               word == "SOURCE" ? "REPLICATION SOURCE" : "MASTER",
                               fmt::format(fmt::runtime(what), word)));
    }
    void set_filter(const std::string& tables) {
        mysql::Connection control(server().replica, {});
        replication(control, "STOP");
        if (control.server().mariadb()) {
            control.execute("SET GLOBAL replicate_ignore_table = '" + tables + "'");
        } else {
            control.execute("CHANGE REPLICATION FILTER REPLICATE_IGNORE_TABLE = (" + tables + ")");
        }
        replication(control, "START");
    }
    /// Rows 8 and 9 are updated by an XA transaction, which this returns prepared.
    std::string prepare_update(mysql::Connection& writer) {
        std::string xid = "'" + schema().name() + "'";
        writer.execute("XA START " + xid);
        writer.execute("UPDATE " + table_ + " SET v = 'xa' WHERE id IN (8, 9)");
        writer.execute("XA END " + xid);
        writer.execute("XA PREPARE " + xid);
        return xid;
    }
    /// Sends the replica to that port of its source.
    void send_to(unsigned port) {
        mysql::Connection control(server().replica, {});
        replication(control, "STOP");
        change_source(control, fmt::format("{{0}}_PORT = {}", port));
        replication(control, "START");
    }
};
WISP_FOR_EACH_FAMILY(RebuildStates);

TEST_P(RebuildStates, FiltersThatAreThereStayBesideOurs) {
    make(30);
    if (!filters_can_change()) GTEST_SKIP() << "its filters cannot be changed while it runs";
    const std::string other = schema().name() + ".other";
    set_filter(other);
    break_replication();
    begin("rebuild.ignoring");
    EXPECT_THAT(ignored(), HasSubstr(other));
    EXPECT_THAT(ignored(), HasSubstr(schema().name() + ".t1"));
    const auto done = go_on();
    EXPECT_EQ(done.exit_code, 0) << done.out << done.err;
    EXPECT_THAT(done.out, HasSubstr(other));
    EXPECT_EQ(ignored(), other);
    set_filter("");
    expect_equal();
}

TEST_P(RebuildStates, ATableThatAFilterKeepsOffIsRefused) {
    make(30);
    if (!filters_can_change()) GTEST_SKIP() << "its filters cannot be changed while it runs";
    set_filter(schema().name() + ".t1");
    const auto refused = rebuild();
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.out, HasSubstr("a table that is not replicated cannot be rebuilt"));
    set_filter("");
    expect_equal();
}

/// Somebody has failed over: the replica gets nothing of our primary any more, so a cut would be
/// waited for in vain.
TEST_P(RebuildStates, WithAnotherSourceInTheMiddleTheRunEndsAndReplicationIsLeftAlone) {
    make(30);
    on_replica("DELETE FROM ", " WHERE id = 5");
    for (const char* point : {"rebuild.ghost_made", "rebuild.stopped"}) {
        begin(point);
        send_to(1);  // nobody is there
        // What stands before the cut, so that the replica would have to get there.
        primary().execute("UPDATE " + table_ + " SET v = CONCAT('later ', v) WHERE id = 9");
        const auto ended = go_on();
        EXPECT_EQ(ended.exit_code, 1) << ended.out << ended.err;
        EXPECT_THAT(ended.err, HasSubstr(":1 now, and no longer from")) << point;
        EXPECT_TRUE(runs()) << point;
        EXPECT_FALSE(replica_has(test::kGhost)) << point;
        EXPECT_EQ(ignored(), "");
        send_to(server().primary.port);
    }
    EXPECT_EQ(rebuild().exit_code, 0);
    expect_equal();
}

TEST_P(RebuildStates, CoPrimariesAreRefusedWhileTheyReplicateInACircle) {
    make(30);
    on_replica("DELETE FROM ", " WHERE id = 5");
    mysql::Connection back(server().primary, {});
    const std::string password = server().replica.password;
    change_source(back, fmt::format("{{0}}_HOST = '{}', {{0}}_PORT = {}, {{0}}_USER = '{}',"
                                    " {{0}}_PASSWORD = '{}'",
                                    server().replica.host, server().replica.port,
                                    server().replica.user, password));
    if (!back.server().mariadb()) change_source(back, "GET_{0}_PUBLIC_KEY = 1");
    if (!back.server().mariadb() && replica::has_gtids(back)) {
        change_source(back, "{0}_AUTO_POSITION = 1");
    } else if (back.server().mariadb()) {
        change_source(back, "{0}_USE_GTID = slave_pos");
    }
    replication(back, "START");
    await([&] { return mysql::replica_status(back).front().source_id != 0; }, "the circle closes");
    const auto refused = rebuild();
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.out, HasSubstr("stop the replication from"));
    // The replica has one of its own now.
    EXPECT_THAT(refused.out,
                HasSubstr(fmt::format("afterwards run wisp rebuild --host={} --port={} --replica=",
                                      server().replica.host, server().replica.port)));
    replication(back, "STOP");  // as it says
    const auto done = rebuild();
    EXPECT_EQ(done.exit_code, 0) << done.out << done.err;
    back.execute(new_words() ? "RESET REPLICA ALL" : "RESET SLAVE ALL");
    expect_equal();
}

/// Its rows are in nobody's view yet, and its locks keep the replica's table from being renamed.
TEST_P(RebuildStates, APreparedTransactionIsWaitedFor) {
    make(30);
    on_replica("DELETE FROM ", " WHERE id = 5");
    mysql::Connection writer(server().primary, {});
    const std::string xid = prepare_update(writer);
    beside_ = std::async(std::launch::async, [&] { return rebuild(); });
    EXPECT_EQ(beside_.wait_for(std::chrono::seconds(3)), std::future_status::timeout);
    writer.execute("XA COMMIT " + xid);
    const auto done = beside_.get();
    EXPECT_EQ(done.exit_code, 0) << done.out << done.err;
    expect_equal();
}

TEST_P(RebuildStates, ATransactionThatIsPreparedInTheMiddleIsNotLost) {
    make(30);
    on_replica("DELETE FROM ", " WHERE id = 5");
    begin("rebuild.stopped");
    mysql::Connection writer(server().primary, {});
    const std::string xid = prepare_update(writer);
    std::jthread decides([&] {
        std::this_thread::sleep_for(std::chrono::seconds(2));
        writer.execute("XA COMMIT " + xid);
    });
    const auto done = go_on();
    EXPECT_EQ(done.exit_code, 0) << done.out << done.err;
    decides.join();
    catch_up();
    EXPECT_EQ(replica().scalar("SELECT COUNT(*) FROM " + table_ + " WHERE v = 'xa'"), "2");
    expect_equal();
}

}  // namespace
}  // namespace wisp
