// SPDX-License-Identifier: Apache-2.0
// Cut-over attempts with writers at work: whatever happens to the attempt, the table that has the
// name at the end holds exactly what was committed.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/thread.h"
#include "migrator/cutover_driver.h"
#include "migrator/inspector.h"
#include "migrator/refusal.h"
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
using ::testing::IsEmpty;

struct Way {
    const char* name;
    std::unique_ptr<CutoverDriver> (*make)(CutoverContext);
    std::size_t sessions;
};
constexpr Way kSentry{"sentry", make_sentry_driver, 3};
constexpr Way kSession{"session", make_session_driver, 1};

/// Every way this server can go.
std::vector<Way> ways(const mysql::ServerInfo& info) {
    if (info.renames_under_lock()) return {kSentry, kSession};
    return {kSentry};
}

/// Signs of a run, and what is to happen behind each mark.
class WatchedSigns : public Signs {
  public:
    WatchedSigns(Signs& signs, std::function<void()> marked)
        : signs_(signs), marked_(std::move(marked)) {}
    binlog::Position start(mysql::Connection& source) override { return signs_.start(source); }
    Mark mark(mysql::Connection& source) override {
        const Mark mark = signs_.mark(source);
        if (marked_) marked_();
        return mark;
    }
    bool passed(const Mark& mark, const Applied& applied) const override {
        return signs_.passed(mark, applied);
    }
    void prove_visible(mysql::Connection& source, unsigned reader, std::uint64_t count,
                       const std::stop_token& stop) override {
        signs_.prove_visible(source, reader, count, stop);
    }
    void beat(mysql::Connection& source) override { signs_.beat(source); }
    void delivered(const binlog::Position& end, const std::string& gtid) override {
        signs_.delivered(end, gtid);
    }
    std::optional<sql::TableName> changelog() const override { return signs_.changelog(); }

  private:
    Signs& signs_;
    const std::function<void()> marked_;
};

/// A table with its ghost, replay and three writers at work.
class Scene {
  public:
    explicit Scene(const mysql::Endpoint& endpoint)
        : schema_(endpoint),
          account_(schema_.connection(), "ALL ON *.*"),
          connector_(endpoint, {}),
          drivers_(account_.endpoint(), {}),
          table_(test::parse_name(
              schema_.table("(id BIGINT PRIMARY KEY, writer INT, value INT) ENGINE=InnoDB"))),
          replay_(endpoint, test::live_plan(schema_.connection(), table_,
                                            "ADD COLUMN added INT NOT NULL DEFAULT 7")),
          writers_(connector_, table_, 3) {
        EXPECT_TRUE(writers_.go_on(50));
        replay_.copy();
        replay_.start_applier();
        EXPECT_TRUE(replay_.catch_up());
    }

    [[nodiscard]] mysql::Connection& connection() { return schema_.connection(); }
    [[nodiscard]] const mysql::Connector& connector() const { return connector_; }
    [[nodiscard]] const TableNames& names() const { return replay_.plan().names; }
    /// The drivers have an account of their own, so that their sessions can be told from others.
    [[nodiscard]] mysql::Endpoint drivers_endpoint() const { return account_.endpoint(); }
    [[nodiscard]] std::vector<std::uint64_t> drivers_sessions(mysql::Connection& by) const {
        return test::session_ids(by, account_.name());
    }
    /// A session in a transaction that has read a table, and so holds its metadata lock.
    [[nodiscard]] std::unique_ptr<mysql::Connection> reader_of(const sql::TableName& table) const {
        auto reader = connector_.connect();
        reader->execute("BEGIN");
        reader->query(fmt::format("SELECT * FROM {} LIMIT 1", sql::quote(table)));
        return reader;
    }

    /// One attempt, as the engine makes it: the applier is stopped, and started again when there
    /// was no swap. `through`: the drivers' way to the server, if not the direct one. `marked`:
    /// called when the end of what is to be drained has been marked.
    CutoverState attempt(const Way& way, seconds limit,
                         const std::function<void(CutoverState)>& before = {},
                         const mysql::Connector* through = nullptr,
                         const std::function<void()>& marked = {}) {
        EXPECT_TRUE(replay_.catch_up());
        replay_.stop_applier();
        const auto plain = replay_.attempt(limit, through == nullptr ? drivers_ : *through);
        WatchedSigns signs(plain.signs, marked);
        const auto driver = way.make({plain.plan,
                                      plain.connector,
                                      plain.applier,
                                      plain.limit,
                                      signs,
                                      plain.stop,
                                      {},
                                      {},
                                      {}});
        const auto end = run_cutover(*driver, before);
        why_ = driver->why();
        if (end == CutoverState::kSwapped) {
            expect_unlocked();  // nobody waits for what there is still to do
            driver->finish();
        } else {
            replay_.start_applier();
        }
        return end;
    }
    /// Attempts until one swaps: on a busy machine one may run out of time.
    void swap(const Way& way) {
        for (int i = 0; i < 20; ++i) {
            if (attempt(way, seconds(3)) == CutoverState::kSwapped) return;
        }
        ADD_FAILURE() << "no attempt of 20 swapped: " << why_;
    }
    /// What the last attempt said.
    [[nodiscard]] const std::string& why() const { return why_; }

    [[nodiscard]] bool swapped() {
        return inspect_table(connection(), names().source).find_column("added") != nullptr;
    }
    void expect_unlocked() {
        mysql::Session impatient;
        impatient.lock_wait_timeout = seconds(2);
        mysql::Connection visitor(connector_.endpoint(), impatient);
        EXPECT_NO_THROW(
            visitor.query(fmt::format("SELECT * FROM {} LIMIT 1", sql::quote(names().source))));
    }
    void expect_writes_flow() { EXPECT_TRUE(writers_.go_on(20)) << "the writers stand still"; }
    /// The state before an attempt: T is the old table, the ghost has its own name, nothing else.
    void expect_unswapped() {
        SCOPED_TRACE("the attempt said: " + why_);
        EXPECT_FALSE(swapped());
        EXPECT_EQ(relation(connection(), names().ghost), Relation::kTable);
        for (const auto& name : {names().old, names().swap_ghost, names().swap_old}) {
            EXPECT_EQ(relation(connection(), name), Relation::kNone) << name.table;
        }
    }
    void expect_swapped() {
        EXPECT_TRUE(swapped());
        EXPECT_EQ(relation(connection(), names().old), Relation::kTable);
        for (const auto& name : {names().ghost, names().swap_ghost, names().swap_old}) {
            EXPECT_EQ(relation(connection(), name), Relation::kNone) << name.table;
        }
    }
    /// Ends the writers; what they committed must be in the table, and in a ghost that follows it.
    void expect_nothing_lost() {
        writers_.stop();
        EXPECT_THAT(writers_.errors(), IsEmpty());
        const auto wanted = writers_.rows();
        EXPECT_GT(wanted.size(), 10U);
        EXPECT_EQ(test::read_rows(connection(), names().source), wanted);
        if (swapped()) return;
        EXPECT_TRUE(replay_.catch_up());
        EXPECT_EQ(test::read_rows(connection(), names().ghost), wanted);
    }

  private:
    test::TmpSchema schema_;
    test::TmpUser account_;
    mysql::Connector connector_;
    mysql::Connector drivers_;
    sql::TableName table_;
    test::Replay replay_;
    test::Writers writers_;
    std::string why_;
};

/// Until the server has such a session; at most five seconds.
template <class Is>
void await_session(mysql::Connection& observer, const Is& is) {
    const auto end = steady_clock::now() + seconds(5);
    while (steady_clock::now() < end && std::ranges::none_of(mysql::process_list(observer), is))
        wisp::pause({}, milliseconds(2));
}

class MigratorCutover : public test::ServerTest {
  protected:
    /// The body once for every way, on a scene of its own.
    void each_way(const std::function<void(Scene&, const Way&)>& body) const {
        for (const auto& way : ways(connect()->server())) {
            SCOPED_TRACE(way.name);
            Scene scene(server().primary);
            body(scene, way);
        }
    }
};
WISP_FOR_EACH_SERVER(MigratorCutover);

TEST_P(MigratorCutover, LosesNoWriteInTheSwap) {
    each_way([](Scene& scene, const Way& way) {
        scene.swap(way);
        scene.expect_swapped();
        scene.expect_writes_flow();
        scene.expect_nothing_lost();
    });
}

TEST_P(MigratorCutover, LeavesTheOldTableAsItWasAtTheSwap) {
    each_way([](Scene& scene, const Way& way) {
        scene.swap(way);
        const auto old = test::read_rows(scene.connection(), scene.names().old);
        EXPECT_GT(old.size(), 10U);
        EXPECT_EQ(inspect_table(scene.connection(), scene.names().old).find_column("added"),
                  nullptr);
        scene.expect_writes_flow();
        EXPECT_EQ(test::read_rows(scene.connection(), scene.names().old), old)
            << "nobody writes there any more";
    });
}

TEST_P(MigratorCutover, LeavesNoSessionOfItsOwnBehind) {
    each_way([](Scene& scene, const Way& way) {
        const auto reader = scene.reader_of(scene.names().source);
        const auto expect_none = [&] {
            const auto end = steady_clock::now() + seconds(5);
            while (!scene.drivers_sessions(*reader).empty() && steady_clock::now() < end) {
                wisp::pause({}, milliseconds(5));
            }
            EXPECT_THAT(scene.drivers_sessions(*reader), IsEmpty());
        };
        EXPECT_EQ(scene.attempt(way, seconds(1)), CutoverState::kNotSwapped);
        expect_none();
        reader->execute("COMMIT");
        scene.swap(way);
        expect_none();
    });
}

TEST_P(MigratorCutover, GivesUpBehindALongTransactionAndLeavesAllAsBefore) {
    each_way([](Scene& scene, const Way& way) {
        const auto reader = scene.reader_of(scene.names().source);
        const auto began = steady_clock::now();
        EXPECT_EQ(scene.attempt(way, seconds(1)), CutoverState::kNotSwapped);
        EXPECT_LT(steady_clock::now() - began, seconds(10)) << "the attempt keeps to its limit";
        EXPECT_NE(scene.why(), "");
        scene.expect_unswapped();
        scene.expect_writes_flow();
        reader->execute("COMMIT");
        scene.swap(way);
        scene.expect_nothing_lost();
    });
}

TEST_P(MigratorCutover, GivesUpBehindAReaderOfTheGhost) {
    each_way([](Scene& scene, const Way& way) {
        const auto reader = scene.reader_of(scene.names().ghost);
        EXPECT_EQ(scene.attempt(way, seconds(1)), CutoverState::kNotSwapped);
        scene.expect_unswapped();
        scene.expect_writes_flow();
        reader->execute("COMMIT");
        scene.swap(way);
        scene.expect_nothing_lost();
    });
}

TEST_P(MigratorCutover, SurvivesAReaderOfTheGhostThatComesUnderTheLock) {
    // It waits beside the RENAME; whoever gets the ghost first, nothing is lost.
    Scene scene(server().primary);
    std::jthread reading;
    const auto before = [&](CutoverState state) {
        if (state != CutoverState::kRenaming) return;
        reading = std::jthread([&] {
            try {
                scene.reader_of(scene.names().swap_ghost)->execute("DO SLEEP(1)");
            } catch (const mysql::Error&) {  // the ghost is the table by now
            }
        });
        wisp::pause({}, milliseconds(200));
    };
    const auto end = scene.attempt(kSentry, seconds(1), before);
    EXPECT_EQ(end == CutoverState::kSwapped, scene.swapped()) << scene.why();
    reading.join();
    scene.expect_writes_flow();
    if (!scene.swapped()) scene.swap(kSentry);
    scene.expect_swapped();
    scene.expect_nothing_lost();
}

/// What ends the run, found while the last rows are written, leaves neither lock nor sentry.
TEST_P(MigratorCutover, ARefusalUnderTheLockLeavesAllAsBefore) {
    each_way([](Scene& scene, const Way& way) {
        const auto refuse = [](CutoverState state) {
            if (state == CutoverState::kRenaming) throw Refusal("planted");
        };
        EXPECT_THROW(static_cast<void>(scene.attempt(way, seconds(30), refuse)), Refusal);
        scene.expect_unlocked();
        scene.expect_unswapped();
        scene.expect_writes_flow();
    });
}

/// On MariaDB neither its PREPARE nor its COMMIT needs a metadata lock once its client is gone.
TEST_P(MigratorCutover, AnXaTransactionThatIsDecidedUnderTheLockLosesNoRow) {
    each_way([&](Scene& scene, const Way& way) {
        const std::string id = fmt::format("'{}'", scene.names().source.schema);
        {
            const auto client = scene.connector().connect();
            client->execute("XA START " + id);
            client->execute(fmt::format("INSERT INTO {} (id, writer, value) VALUES (-1, 0, 0)",
                                        sql::quote(scene.names().source)));
            client->execute("XA END " + id);
            client->execute("XA PREPARE " + id);
        }
        bool committed = false;
        const auto commit = [&] {
            try {
                if (!committed) connect()->execute("XA COMMIT " + id);
                committed = true;
            } catch (const mysql::Error&) {
                // MySQL 5.6 has rolled it back when its client went.
            }
        };
        static_cast<void>(scene.attempt(way, seconds(2), {}, nullptr, commit));
        commit();
        if (!scene.swapped()) scene.swap(way);
        EXPECT_EQ(scene.connection().scalar(fmt::format("SELECT COUNT(*) FROM {} WHERE id = -1",
                                                        sql::quote(scene.names().source))),
                  committed ? "1" : "0");
    });
}

TEST_P(MigratorCutover, SurvivesTheDeathOfAnyOfItsSessionsAtAnyStep) {
    for (const auto& way : ways(connect()->server())) {
        for (const auto step : {CutoverState::kDraining, CutoverState::kRenaming}) {
            for (std::size_t victim = 0; victim < way.sessions; ++victim) {
                SCOPED_TRACE(
                    fmt::format("{}, session {} before {}", way.name, victim, to_string(step)));
                Scene scene(server().primary);
                const auto before = [&](CutoverState state) {
                    if (state != step) return;
                    const auto ids = scene.drivers_sessions(scene.connection());
                    ASSERT_EQ(ids.size(), way.sessions);
                    mysql::kill_connection(scene.connection(), ids[victim]);
                };
                const auto end = scene.attempt(way, seconds(3), before);
                ASSERT_NE(end, CutoverState::kAmbiguous) << scene.why();
                scene.expect_writes_flow();
                if (end == CutoverState::kNotSwapped) {
                    scene.expect_unswapped();
                    scene.swap(way);
                }
                scene.expect_swapped();
                scene.expect_nothing_lost();
            }
        }
    }
}

TEST_P(MigratorCutover, LosesNothingWhenSessionsDieAtRandomMoments) {
    std::minstd_rand random(7);
    for (const auto& way : ways(connect()->server())) {
        for (int round = 0; round < 12; ++round) {
            const auto delay = milliseconds(random() % 80);
            const auto victim = random();
            SCOPED_TRACE(fmt::format("{}, round {} after {} ms", way.name, round, delay.count()));
            Scene scene(server().primary);
            std::jthread killer;
            const auto before = [&](CutoverState state) {
                if (state != CutoverState::kLocking) return;
                killer = std::jthread([&] {
                    const auto by = scene.connector().connect();
                    wisp::pause({}, delay);
                    const auto ids = scene.drivers_sessions(*by);
                    if (!ids.empty()) mysql::kill_connection(*by, ids[victim % ids.size()]);
                });
            };
            const auto end = scene.attempt(way, seconds(3), before);
            killer.join();
            ASSERT_NE(end, CutoverState::kAmbiguous) << scene.why();
            ASSERT_EQ(end == CutoverState::kSwapped, scene.swapped()) << scene.why();
            scene.expect_writes_flow();
            if (!scene.swapped()) scene.swap(way);
            scene.expect_nothing_lost();
        }
    }
}

TEST_P(MigratorCutover, FindsTheGhostAgainWhenItsRenameOutlivesTheConnection) {
    // The sentry's way renames the ghost first. The answer is lost, the RENAME goes on.
    Scene scene(server().primary);
    test::Relay relay(scene.drivers_endpoint());
    const mysql::Connector through(relay.endpoint(), {});
    const auto reader = scene.reader_of(scene.names().ghost);  // the RENAME waits for it
    std::jthread cutter([&] {
        const auto observer = scene.connector().connect();
        await_session(*observer, [&](const mysql::Process& session) {
            return session.state == "Waiting for table metadata lock" &&
                   session.info.starts_with("RENAME TABLE `" + scene.names().source.schema);
        });
        relay.cut();
        reader->execute("COMMIT");
    });
    EXPECT_EQ(scene.attempt(kSentry, seconds(8), {}, &through), CutoverState::kNotSwapped);
    cutter.join();
    scene.expect_writes_flow();
    scene.expect_unswapped();
    scene.swap(kSentry);
    scene.expect_nothing_lost();
}

TEST_P(MigratorCutover, ARenameThatOutlivesItsConnectionIsNotTakenForOneThatFailed) {
    const auto blocker = connect();
    if (!blocker->server().renames_under_lock()) GTEST_SKIP() << "no session way";
    Scene scene(server().primary);
    test::Relay relay(scene.drivers_endpoint());
    const mysql::Connector through(relay.endpoint(), {});
    blocker->execute("LOCK INSTANCE FOR BACKUP");  // the RENAME waits for this, at the server
    std::jthread cutter;
    const auto before = [&](CutoverState state) {
        if (state != CutoverState::kRenaming) return;
        cutter = std::jthread([&] {
            const auto observer = scene.connector().connect();
            await_session(*observer, [](const mysql::Process& session) {
                return session.state == "Waiting for backup lock";
            });
            relay.cut();
        });
    };
    const auto end = scene.attempt(kSession, seconds(8), before, &through);
    cutter.join();
    blocker->execute("UNLOCK INSTANCE");
    scene.expect_writes_flow();
    EXPECT_EQ(end == CutoverState::kSwapped, scene.swapped())
        << "ended as " << to_string(end) << ": " << scene.why();
    scene.expect_nothing_lost();
}

}  // namespace
}  // namespace wisp::migrator
