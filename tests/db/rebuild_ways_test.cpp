// SPDX-License-Identifier: Apache-2.0
// What wisp rebuild shares with other commands: hooks, commands over a socket and metrics with a
// migration, --repair with wisp verify; and several replicas in one command.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/db/rebuild_scene.h"

namespace wisp {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class RebuildWays : public test::RebuildScene {
  protected:
    void write_hook(const std::string& name, const std::string& text) {
        const std::string path = folder_.file(name);
        test::write_file(path, "#!/bin/sh\n" + text + "\n");
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    }
    [[nodiscard]] test::ProgramRun ctl(const std::string& command) const {
        return test::run_program({WISP_PROGRAM, "ctl", folder_.file("sock"), command});
    }
    /// The command is obeyed once the run listens.
    void await_status(const std::string& text) const {
        await([&] { return ctl("status").out.find(text) != std::string::npos; }, text.c_str());
    }
    /// With a row (id 1, n 1), on both servers.
    std::string other_table() {
        const std::string other =
            schema().table("(id INT NOT NULL PRIMARY KEY, n INT) ENGINE=InnoDB");
        primary().execute("INSERT INTO " + other + " VALUES (1, 1)");
        catch_up();
        return other;
    }
    void delay_by(int seconds) const {
        const bool mariadb = replica().server().mariadb();
        const std::string word = mariadb ? "SLAVE" : "REPLICA";
        const std::string change = mariadb ? "CHANGE MASTER TO MASTER_DELAY = "
                                           : "CHANGE REPLICATION SOURCE TO SOURCE_DELAY = ";
        replica().execute("STOP " + word);
        replica().execute(change + std::to_string(seconds));
        replica().execute("START " + word);
    }
    [[nodiscard]] std::string replica_label() const {
        return fmt::format("{}:{}", server().replica.host, server().replica.port);
    }
};
WISP_FOR_EACH_FAMILY(RebuildWays);

TEST_P(RebuildWays, HooksAreRunAtTheirPoints) {
    make(30);
    on_replica("DELETE FROM ", " WHERE id = 5");
    const std::string told = folder_.file("told");
    for (const char* point : {"startup", "validated", "before-row-copy", "row-copy-complete",
                              "before-cut-over", "success", "failure"}) {
        write_hook(fmt::format("gh-ost-on-{}", point),
                   fmt::format("echo {} $GH_OST_TABLE_NAME $GH_OST_OLD_TABLE_NAME $WISP_ERROR >>"
                               " {}",
                               point, told));
    }
    const auto done = rebuild({"--hooks-path=" + folder_.path()});
    EXPECT_EQ(done.exit_code, 0) << done.out << done.err;
    EXPECT_EQ(test::read_file(told),
              "startup t1\nvalidated t1 _t1_drifted\nbefore-row-copy t1 _t1_drifted\n"
              "row-copy-complete t1 _t1_drifted\nbefore-cut-over t1 _t1_drifted\n"
              "success t1 _t1_drifted\n");
    write_hook("gh-ost-on-before-cut-over", "exit 1");
    const auto refused = rebuild({"--hooks-path=" + folder_.path()});
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.err, HasSubstr("a hook of this kind that fails ends the run"));
    EXPECT_THAT(test::read_file(told), HasSubstr("failure t1 _t1_drifted"));
    expect_equal();
}

TEST_P(RebuildWays, CommandsAndFiguresWhileItRuns) {
    make(30);
    on_replica("DELETE FROM ", " WHERE id = 5");
    const std::string port = std::to_string(10'000 + server().primary.port % 10'000);
    beside_ = std::async(std::launch::async, [&] {
        return rebuild({"--postpone-cut-over-flag-file=" + folder_.file("postpone"),
                        "--serve-socket-file=" + folder_.file("sock"), "--metrics-listen=" + port});
    });
    await_status("postponing cut-over");
    const auto status = ctl("status");
    EXPECT_THAT(status.out, HasSubstr("# Rebuilding `" + schema().name() + "`.`t1`"));
    EXPECT_THAT(status.out, HasSubstr(replica_label()));
    EXPECT_THAT(ctl("chunk-size=50").out, HasSubstr("50"));
    const auto figures = test::run_program(
        {"bash", "-c",
         "exec 3<>/dev/tcp/127.0.0.1/" + port +
             "; printf 'GET /metrics HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n' >&3;"
             " cat <&3"});
    EXPECT_THAT(figures.out, HasSubstr("wisp_rows_copied"));
    EXPECT_EQ(ctl("unpostpone").exit_code, 0);
    const auto done = beside_.get();
    EXPECT_EQ(done.exit_code, 0) << done.out << done.err;
    expect_equal();
}

TEST_P(RebuildWays, ThePanicCommandLeavesTheReplicaAsItWas) {
    make(30);
    on_replica("DELETE FROM ", " WHERE id = 5");
    beside_ = std::async(std::launch::async, [&] {
        return rebuild({"--postpone-cut-over-flag-file=" + folder_.file("postpone"),
                        "--serve-socket-file=" + folder_.file("sock")});
    });
    await_status("postponing cut-over");
    EXPECT_THAT(ctl("panic").err, Not(HasSubstr("unknown")));
    const auto ended = beside_.get();
    EXPECT_EQ(ended.exit_code, 1) << ended.out << ended.err;
    EXPECT_TRUE(runs());
    EXPECT_FALSE(replica_has(test::kGhost));
    EXPECT_EQ(replica().scalar("SELECT COUNT(*) FROM " + table_), "29");
    expect_as_before();
}

/// Its SQL thread waits for a row that somebody holds.
TEST_P(RebuildWays, AReplicaThatIsBehindHoldsTheCopy) {
    make(30);
    on_replica("DELETE FROM ", " WHERE id = 5");
    const std::string other = other_table();
    replica().execute("START TRANSACTION");
    replica().execute("UPDATE " + other + " SET n = 2");
    primary().execute("UPDATE " + other + " SET n = 3");
    await([&] { return status().seconds_behind.value_or(0) >= 3; }, "the replica is behind");
    beside_ = std::async(std::launch::async, [&] {
        return rebuild({"--max-lag-millis=1000", "--serve-socket-file=" + folder_.file("sock")});
    });
    await_status("throttled, lag " + replica_label());
    EXPECT_EQ(replica().scalar("SELECT COUNT(*) FROM " + schema().qualified(test::kGhost)), "0");
    replica().execute("ROLLBACK");
    const auto done = beside_.get();
    EXPECT_EQ(done.exit_code, 0) << done.out << done.err;
    expect_equal();
}

TEST_P(RebuildWays, AReplicaThatIsBehindOnPurposeDoesNot) {
    make(30);
    on_replica("DELETE FROM ", " WHERE id = 5");
    const std::string other = other_table();
    delay_by(10);
    primary().execute("UPDATE " + other + " SET n = 2");
    await([&] { return status().seconds_behind.value_or(0) >= 2; }, "the replica is behind");
    begin("rebuild.stopped", {"--max-lag-millis=1000"});
    EXPECT_EQ(replica().scalar("SELECT n FROM " + other), "1") << "the copy has waited for it";
    const auto done = go_on();
    EXPECT_EQ(done.exit_code, 0) << done.out << done.err;
    delay_by(0);
    expect_equal();
}

TEST_P(RebuildWays, OneServerUnderTwoNamesIsRefused) {
    make(30);
    on_replica("DELETE FROM ", " WHERE id = 5");
    const std::string twice =
        fmt::format("--replica={},127.1:{}", replica_label(), server().replica.port);
    const auto refused = rebuild({twice});
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.err, HasSubstr("are the same server"));
    EXPECT_EQ(replica().scalar("SELECT COUNT(*) FROM " + table_), "29");
    EXPECT_FALSE(replica_has(test::kGhost));
    expect_as_before();
}

TEST_P(RebuildWays, OfSeveralReplicasNoneIsTouchedIfOneCannotBeReached) {
    make(30);
    on_replica("DELETE FROM ", " WHERE id = 5");
    const auto failed = rebuild({fmt::format("--replica={},127.0.0.1:1", replica_label())});
    EXPECT_EQ(failed.exit_code, 1);
    EXPECT_THAT(failed.err, HasSubstr("127.0.0.1:1"));
    EXPECT_EQ(replica().scalar("SELECT COUNT(*) FROM " + table_), "29");
    EXPECT_FALSE(replica_has(test::kGhost));
    expect_as_before();
}

TEST_P(RebuildWays, WithIndexesOfTheirOwnReplicasAreWorkedOffInTheirOrder) {
    make(30);
    on_replica("DELETE FROM ", " WHERE id = 5");
    const auto failed = rebuild(
        {fmt::format("--replica=127.0.0.1:1,{}", replica_label()), "--keep-replica-indexes"});
    EXPECT_EQ(failed.exit_code, 1);
    EXPECT_THAT(failed.err, HasSubstr("the rebuild on " + replica_label() + " was not begun"));
    EXPECT_EQ(replica().scalar("SELECT COUNT(*) FROM " + table_), "29");
    EXPECT_EQ(rebuild().exit_code, 0);
    expect_equal();
}

/// A rebuild would leave the child's foreign key with the old table. What is deleted to be written
/// anew must not take the child's rows along.
TEST_P(RebuildWays, RepairMendsATableThatForeignKeysPointTo) {
    make(30);
    const std::string child = schema().table(
        "(id INT NOT NULL PRIMARY KEY, parent INT NOT NULL, FOREIGN KEY (parent) REFERENCES t1 (id)"
        " ON DELETE CASCADE ON UPDATE CASCADE) ENGINE=InnoDB");
    primary().execute("INSERT INTO " + child + " SELECT id, id FROM " + table_);
    catch_up();
    replica().execute("SET SESSION foreign_key_checks = 0");
    on_replica("UPDATE ", " SET v = 'drifted' WHERE id IN (6, 7)");
    on_replica("DELETE FROM ", " WHERE id = 5");
    on_replica("INSERT INTO ", " VALUES (1000, 1000, 'x')");
    const auto refused = rebuild();
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.out, HasSubstr("use --repair"));
    const auto looked = run_wisp("rebuild", {"--table=t1", "--repair"});
    EXPECT_EQ(looked.exit_code, 3) << looked.out << looked.err;
    EXPECT_THAT(looked.out, HasSubstr("Add --execute to mend"));
    const auto mended = run_wisp("rebuild", {"--table=t1", "--repair", "--execute"});
    EXPECT_EQ(mended.exit_code, 0) << mended.out << mended.err;
    EXPECT_THAT(mended.out, HasSubstr("Repaired 4 rows"));
    EXPECT_EQ(replica().scalar("SELECT COUNT(*) FROM " + child), "30");
    expect_equal();
}

}  // namespace
}  // namespace wisp
