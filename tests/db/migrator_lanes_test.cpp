// SPDX-License-Identifier: Apache-2.0
// Lanes on real servers: batches large enough for several connections. A trigger on the ghost that
// waits for a lock of ours holds the lane that writes a certain row.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "mysql/process_list.h"
#include "sql/identifier.h"
#include "tests/migrator/live.h"
#include "tests/support/relay.h"
#include "tests/support/test_server.h"

namespace wisp::migrator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::Contains;
using ::testing::Not;
using ::testing::SizeIs;

constexpr int kRows = 3'000;
constexpr int kHeld = 2'700;  // in the last lane of up to four

class MigratorLanes : public test::SchemaTest {
  protected:
    void SetUp() override {
        test::SchemaTest::SetUp();
        if (IsSkipped()) return;
        account_ = std::make_unique<test::TmpUser>(connection(), "ALL ON *.*");
        lanes_ = std::make_unique<mysql::Connector>(account_->endpoint(), mysql::Session{});
    }
    void TearDown() override {
        if (!lock_.empty()) release();
        replay_.reset();
    }

    void run(const std::string& statement) const { connection().execute(statement); }

    /// A table (id, u unique, a) of kRows rows, copied, and followed from now on.
    void follow() {
        const std::string table =
            schema_->table("(id INT PRIMARY KEY, u INT NOT NULL, a INT NOT NULL, UNIQUE KEY (u))");
        std::string rows;
        for (int i = 1; i <= kRows; ++i) rows += fmt::format("{}({},{},0)", i > 1 ? "," : "", i, i);
        run("INSERT INTO " + table + " VALUES " + rows);
        replay_ = std::make_unique<test::Replay>(
            server().primary,
            test::live_plan(connection(), test::parse_name(table), "ADD COLUMN n INT"));
        source_ = sql::quote(replay_->plan().names.source);
        ghost_ = sql::quote(replay_->plan().names.ghost);
        replay_->copy();
    }
    /// Holds the lane that writes the row kHeld with this `a`, until release().
    void hold_lane(int a) {
        lock_ = schema_->name();
        run(fmt::format("DO GET_LOCK('{}', 0)", lock_));
        // By its definer the process list names a session that is in a trigger.
        run(
            fmt::format("CREATE DEFINER = {}@'%' TRIGGER {}.held BEFORE INSERT ON {} FOR EACH ROW"
                        " SET @held = IF(NEW.id = {} AND NEW.a = {}, GET_LOCK('{}', 100), 0)",
                        account_->name(), schema_->name(), ghost_, kHeld, a, lock_));
    }
    void release() const { run(fmt::format("DO RELEASE_LOCK('{}')", lock_)); }
    /// The session of the lane that is held; 0 if none is within ten seconds.
    [[nodiscard]] std::uint64_t held_session() const {
        const auto end = steady_clock::now() + seconds(10);
        while (steady_clock::now() < end) {
            for (const auto& process : mysql::process_list(connection())) {
                if (process.user == account_->name() && process.state == "User lock")
                    return process.id;
            }
            std::this_thread::sleep_for(milliseconds(5));
        }
        return 0;
    }
    [[nodiscard]] std::string count(const std::string& table, const std::string& condition) const {
        return connection()
            .scalar(fmt::format("SELECT COUNT(*) FROM {} WHERE {}", table, condition))
            .value_or("");
    }
    /// Rows of the source that the ghost does not have just so, and the other way round.
    [[nodiscard]] std::string differences() const {
        const std::string both = fmt::format(
            "SELECT s.id FROM {0} s LEFT JOIN {1} g USING (id, u, a) WHERE g.id IS NULL UNION ALL"
            " SELECT g.id FROM {1} g LEFT JOIN {0} s USING (id, u, a) WHERE s.id IS NULL",
            source_, ghost_);
        return connection().scalar("SELECT COUNT(*) FROM (" + both + ") d").value_or("");
    }
    /// Every row gives its unique value to a row far away, in one transaction.
    void swap_unique_values() const {
        run("BEGIN");
        run(fmt::format("UPDATE {} SET u = -u, a = a + 1", source_));
        run(fmt::format("UPDATE {} SET u = {} + u", source_, kRows + 1));
        run("COMMIT");
    }

    std::unique_ptr<test::TmpUser> account_;
    std::unique_ptr<mysql::Connector> lanes_;
    std::unique_ptr<test::Replay> replay_;
    std::string source_;
    std::string ghost_;
    std::string lock_;
};
WISP_FOR_EACH_SERVER(MigratorLanes);

TEST_P(MigratorLanes, WritesABatchWhoseRowsExchangeUniqueValues) {
    follow();
    replay_->start_applier(4, lanes_.get());
    for (int i = 0; i < 5; ++i) {
        swap_unique_values();
        run(fmt::format("DELETE FROM {} WHERE id MOD 5 = {}", source_, i));
        run(
            fmt::format("INSERT INTO {0} SELECT {2} + id, {1} + u, 0 FROM {0} WHERE id MOD 5 = {3}"
                        " AND id <= {1}",
                        source_, kRows, 10 * kRows * (i + 1), (i + 1) % 5));
        run(fmt::format("DELETE FROM {} WHERE id > {}", source_, kRows));
    }
    ASSERT_TRUE(replay_->catch_up(seconds(60)));
    EXPECT_EQ(differences(), "0");
    EXPECT_THAT(test::session_ids(connection(), account_->name()), SizeIs(4));
}

TEST_P(MigratorLanes, WritesASmallBatchOverOneConnection) {
    follow();
    replay_->start_applier(4, lanes_.get());
    run(fmt::format("UPDATE {} SET a = 1 WHERE id <= 100", source_));
    ASSERT_TRUE(replay_->catch_up());
    EXPECT_EQ(differences(), "0");
    EXPECT_THAT(test::session_ids(connection(), account_->name()), SizeIs(1));
}

TEST_P(MigratorLanes, DoesNotBeginABatchWhileALaneOfTheOneBeforeIsAtWork) {
    follow();
    hold_lane(1);
    replay_->start_applier(2, lanes_.get());
    run(fmt::format("UPDATE {} SET a = 1", source_));
    ASSERT_NE(held_session(), 0U);
    run(fmt::format("UPDATE {} SET a = 2 WHERE id IN (1, {})", source_, kRows));
    EXPECT_FALSE(replay_->catch_up(seconds(1))) << "the marker is behind both";
    EXPECT_EQ(count(ghost_, "a = 2"), "0");
    release();
    ASSERT_TRUE(replay_->catch_up());
    EXPECT_EQ(differences(), "0") << "the old state of row 3000 came after the new one";
}

TEST_P(MigratorLanes, WritesABatchAgainOneOfWhoseLanesWasKilled) {
    follow();
    hold_lane(1);
    replay_->start_applier(4, lanes_.get());
    swap_unique_values();
    const auto lane = held_session();
    ASSERT_NE(lane, 0U);
    mysql::kill_connection(connection(), lane);
    release();
    run(fmt::format("UPDATE {} SET a = 7 WHERE id MOD 2 = 0", source_));
    ASSERT_TRUE(replay_->catch_up(seconds(30)));
    EXPECT_EQ(differences(), "0");
}

TEST_P(MigratorLanes, WritesNothingBeforeASessionIsDeadWhoseConnectionBroke) {
    // The network breaks while a statement runs. The server does not notice: the session would hold
    // its locks until the statement ends, and nobody could say what it still does.
    for (const unsigned lanes : {1U, 4U}) {
        SCOPED_TRACE(fmt::format("{} lanes", lanes));
        follow();
        test::Relay relay(account_->endpoint());
        const mysql::Connector through(relay.endpoint(), {});
        hold_lane(1);
        replay_->start_applier(lanes, &through);
        run(fmt::format("UPDATE {} SET a = 1", source_));
        const auto lane = held_session();
        ASSERT_NE(lane, 0U);
        relay.cut();
        // The lock stays: only a KILL ends that session.
        const auto end = steady_clock::now() + seconds(10);
        const auto sessions = [&] { return test::session_ids(connection(), account_->name()); };
        while (steady_clock::now() < end && testing::Value(sessions(), Contains(lane))) {
            std::this_thread::sleep_for(milliseconds(10));
        }
        EXPECT_THAT(sessions(), Not(Contains(lane)));
        release();
        run(fmt::format("UPDATE {} SET a = 2 WHERE id > {}", source_, kRows / 2));
        EXPECT_TRUE(replay_->catch_up(seconds(30)));
        EXPECT_EQ(differences(), "0");
        replay_.reset();
        run(fmt::format("DROP TRIGGER {}.held", schema_->name()));
    }
}

TEST_P(MigratorLanes, WritesAHotRowOnceForManyChanges) {
    follow();
    run(
        fmt::format("CREATE PROCEDURE {}.heat() BEGIN DECLARE i INT DEFAULT 0; WHILE i < 1000 DO"
                    " UPDATE {} SET a = a + 1 WHERE id <= 100; SET i = i + 1; END WHILE; END",
                    schema_->name(), source_));
    run(fmt::format("CALL {}.heat()", schema_->name()));
    replay_->start_applier();
    ASSERT_TRUE(replay_->catch_up(seconds(60)));
    EXPECT_EQ(differences(), "0");
    EXPECT_EQ(count(ghost_, "a = 1000"), "100");
    EXPECT_EQ(replay_->progress().changes_applied, 100'000U);
    EXPECT_LE(replay_->progress().changes_written, 2'000U);
}

}  // namespace
}  // namespace wisp::migrator
