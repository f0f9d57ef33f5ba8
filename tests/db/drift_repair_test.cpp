// SPDX-License-Identifier: Apache-2.0
// Repair in place: planted differences are gone afterwards, under load; replication runs as it did
// before, also after a failure or a kill; the replica has no transaction of its own.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "drift/repair.h"
#include "migrator/refusal.h"
#include "tests/db/repair_scene.h"

namespace wisp {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class DriftRepair : public test::RepairScene {
  protected:
    [[nodiscard]] test::ProgramRun repair(const std::string& fault) const {
        return run_wisp("verify", {"--repair"}, fault);
    }
    /// Of three hundred rows, until the first ten are compared and that is kept.
    void interrupt_comparison() {
        make(300);
        compare_first_rows();
    }
    void compare_first_rows() {
        EXPECT_EQ(run_wisp("verify", flags_, "verify.kept:kill").exit_code, 128 + 9);
    }

    const test::TmpFolder folder_;
    const std::vector<std::string> flags_{"--chunk-size=10", "--table=t1",
                                          "--state-file=" + folder_.file("state")};
};
WISP_FOR_EACH_SERVER(DriftRepair);

TEST_P(DriftRepair, RowsAreMendedWhileTheTableIsWritten) {
    make(300);
    std::atomic<int> writes{0};
    std::jthread writer([&](const std::stop_token& stop) {
        mysql::Connection connection(server().primary, {});
        while (!stop.stop_requested()) {  // every third row, those that differ among them
            const int n = ++writes;
            connection.execute(
                fmt::format("UPDATE {} SET v = 'w{}' WHERE id = {}", table_, n, n * 3 % 300 + 1));
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    });
    on_replica("DELETE FROM ", " WHERE id BETWEEN 20 AND 22 AND id % 3 <> 1");
    on_replica("UPDATE ", " SET v = 'drifted' WHERE id BETWEEN 100 AND 199");
    on_replica("UPDATE ", " SET u = u + 10000 WHERE id BETWEEN 110 AND 119");
    on_replica("INSERT INTO ", " VALUES (1000, 1000, 'x'), (-1, -1, 'x'), (2000, 21, 'x')");
    // Two rows hold each other's unique value.
    on_replica("UPDATE ", " SET u = -u WHERE id IN (50, 51)");
    on_replica("UPDATE ", " SET u = 101 + u WHERE id IN (50, 51)");
    auto found = drift::verify(options(), {});
    const auto done = drift::repair(options(), found, {});
    ASSERT_EQ(done.size(), 1U);
    EXPECT_THAT(done[0].problems, IsEmpty());
    EXPECT_GE(done[0].rows, 60U);
    EXPECT_GT(done[0].pauses, 0U);
    EXPECT_EQ(found.finding(), drift::Finding::kEqual) << report_text(found);
    EXPECT_TRUE(runs());
    writer.request_stop();
    writer.join();
    catch_up();
    EXPECT_THAT(verify(), IsEmpty());
    expect_as_before();
}

TEST_P(DriftRepair, AStoppedReplicaIsMendedWhereItStandsAndStaysStopped) {
    make(30);
    on_replica("DELETE FROM ", " WHERE id = 5");
    on_replica("UPDATE ", " SET v = 'drifted' WHERE id IN (6, 7)");
    auto found = drift::verify(options(), {});
    steer_sql_thread("STOP");
    primary().execute("UPDATE " + table_ + " SET v = 'later' WHERE id IN (7, 8)");
    std::jthread start([&](const std::stop_token&) {  // after the repair, which leaves row 7
        while (replica().scalar("SELECT 1 FROM " + table_ + " WHERE id = 5") != "1") {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        std::this_thread::sleep_for(std::chrono::seconds(5));
        EXPECT_FALSE(runs());
        steer_sql_thread("START");
    });
    const auto done = drift::repair(options(), found, {});
    start.join();
    ASSERT_EQ(done.size(), 1U);
    EXPECT_EQ(done[0].rows, 2U);
    EXPECT_EQ(done[0].pauses, 0U);
    EXPECT_EQ(done[0].problems.size(), 1U);  // row 7
    catch_up();
    EXPECT_THAT(verify(), IsEmpty());  // the event of row 7 has its whole image
    expect_as_before();
}

/// A killed comparison goes on behind what was compared, and looks again at what differed.
TEST_P(DriftRepair, AnInterruptedComparisonGoesOnWhereItWas) {
    make(300);
    on_replica("UPDATE ", " SET v = 'drifted' WHERE id = 3");
    compare_first_rows();
    on_replica("UPDATE ", " SET v = 'drifted' WHERE id = 7");    // was compared
    on_replica("UPDATE ", " SET v = 'drifted' WHERE id = 200");  // was not
    const auto resumed = run_wisp("verify", flags_);
    EXPECT_EQ(resumed.exit_code, 3) << resumed.out << resumed.err;
    EXPECT_THAT(resumed.out, HasSubstr("(id=3)"));
    EXPECT_THAT(resumed.out, HasSubstr("(id=200)"));
    EXPECT_THAT(resumed.out, Not(HasSubstr("(id=7)")));
    EXPECT_THAT(resumed.out, HasSubstr("300 rows of the primary"));
    // It came to its end, so the next one begins anew.
    const auto again = run_wisp("verify", flags_);
    EXPECT_THAT(again.out, HasSubstr("(id=7)"));
}

/// What was compared before the table was altered says nothing of its rows now.
TEST_P(DriftRepair, ATableThatWasAlteredMeanwhileIsComparedFromItsBeginning) {
    interrupt_comparison();
    on_replica("UPDATE ", " SET v = 'drifted' WHERE id = 1");  // was compared
    primary().execute("ALTER TABLE " + table_ + " ADD COLUMN w INT NOT NULL DEFAULT 1");
    catch_up();
    EXPECT_THAT(run_wisp("verify", flags_).out, HasSubstr("(id=1)"));
}

TEST_P(DriftRepair, AStateOfTheDayBeforeYesterdayIsRefused) {
    interrupt_comparison();
    auto state = nlohmann::json::parse(std::ifstream(folder_.file("state")));
    state["written"] = state["written"].get<std::int64_t>() - 2 * 86'400;
    test::write_file(folder_.file("state"), state.dump());
    const auto refused = run_wisp("verify", flags_);
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.err, HasSubstr("was written 48 hours ago"));
}

/// What is in the file of another comparison says nothing about this one.
TEST_P(DriftRepair, TheStateOfAnotherComparisonIsRefused) {
    make(30);
    const std::string file = "--state-file=" + folder_.file("state");
    EXPECT_EQ(run_wisp("verify", {"--table=t1", file}, "verify.kept:kill").exit_code, 128 + 9);
    const auto refused = run_wisp("verify", {file});
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.err, HasSubstr("is of another comparison"));
    test::write_file(folder_.file("state"), "x");
    EXPECT_THAT(run_wisp("verify", {file}).err, HasSubstr("is no state of a comparison"));
}

/// What its rows should be there is not known.
TEST_P(DriftRepair, RowsOfATableWithAnotherDefinitionAreLeftAsTheyAre) {
    make(10);
    on_replica("UPDATE ", " SET v = 'drifted' WHERE id = 6");
    replica().execute("ALTER TABLE " + table_ + " DROP KEY u");
    auto found = drift::verify(options(), {});
    ASSERT_EQ(found.tables.size(), 1U + 1U);  // and that of catch_up()
    EXPECT_THAT(drift::repair(options(), found, {}), IsEmpty());
    EXPECT_EQ(replica().scalar("SELECT v FROM " + table_ + " WHERE id = 6"), "drifted");
    EXPECT_THAT(report_text(found), HasSubstr("rows were not repaired, as the definition differs"));
    EXPECT_EQ(found.finding(), drift::Finding::kDrifted);
    EXPECT_TRUE(runs());
    expect_as_before();
}

TEST_P(DriftRepair, TriggersOnTheReplicaAreRefused) {
    make(10);
    on_replica("UPDATE ", " SET v = 'drifted' WHERE id = 6");
    replica().execute("CREATE TRIGGER " + schema().qualified("tr") + " BEFORE DELETE ON " + table_ +
                      " FOR EACH ROW SET @x = 1");
    auto found = drift::verify(options(), {});
    EXPECT_THROW(static_cast<void>(drift::repair(options(), found, {})), migrator::Refusal);
    EXPECT_TRUE(runs());
}

TEST_P(DriftRepair, AFailureStartsTheSqlThreadAgainAndAKillIsPutRightByTheNextRun) {
    make(30);
    on_replica("UPDATE ", " SET v = 'drifted' WHERE id IN (6, 7)");
    const auto failed = repair("repair.stopped:fail");
    EXPECT_EQ(failed.exit_code, 1) << failed.err;
    EXPECT_TRUE(runs());
    const auto killed = repair("repair.written:kill");
    EXPECT_EQ(killed.exit_code, 128 + 9) << killed.err;
    EXPECT_FALSE(runs());
    on_replica("UPDATE ", " SET v = 'drifted' WHERE id = 9");
    const auto mended = repair("");
    EXPECT_EQ(mended.exit_code, 0) << mended.out << mended.err;
    EXPECT_THAT(mended.out, HasSubstr("Repaired"));
    EXPECT_TRUE(runs());
    catch_up();
    EXPECT_THAT(verify(), IsEmpty());
    expect_as_before();
}

}  // namespace
}  // namespace wisp
