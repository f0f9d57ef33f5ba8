// SPDX-License-Identifier: Apache-2.0
// A comparison across servers while both are written and the replica is behind: what was planted
// is found, what is only late is not; definitions, tables without keys, tables on one side only.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "binlog/server_log.h"
#include "drift/log_stretch.h"
#include "drift/subject.h"
#include "migrator/refusal.h"
#include "replica/gtids.h"
#include "sql/identifier.h"
#include "tests/db/drift_scene.h"
#include "tests/db/late_sync.h"

namespace wisp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class DriftVerify : public test::DriftScene {
  protected:
    /// A table with `count` rows that nobody writes, under negative ids, for Writers.
    std::string table_for_writers(int count) {
        const std::string table = schema().table(
            "(id BIGINT NOT NULL PRIMARY KEY, writer INT NOT NULL, value INT NOT NULL) "
            "ENGINE=InnoDB");
        std::string rows;
        for (int i = 1; i <= count; ++i) {
            rows += fmt::format("{}(-{}, -1, {})", i == 1 ? "" : ",", i, i);
        }
        primary().execute("INSERT INTO " + table + " VALUES " + rows);
        return table;
    }
};
WISP_FOR_EACH_SERVER(DriftVerify);

/// The replica stands still and runs on by turns, by a lock on the table and by its SQL thread,
/// while a session writes forty rows over and over.
TEST_P(DriftVerify, LagIsNoDifferenceAndDifferencesAreFoundAllTheSame) {
    const std::string table = table_for_writers(50);
    std::atomic<unsigned> writes{0};
    std::jthread writer([&](const std::stop_token& stop) {
        mysql::Connection connection(server().primary, {});
        mysql::Connection behind(server().replica, {});
        const std::string pace = "SELECT 1 FROM " + table + " WHERE id = 1000 AND value = ";
        while (!stop.stop_requested()) {
            const unsigned n = ++writes;
            if (n % 20 == 0) {  // never further behind than that, however slow the replica is
                connection.execute(fmt::format("REPLACE INTO {} VALUES (1000, 0, {})", table, n));
                while (!stop.stop_requested() && !behind.scalar(pace + std::to_string(n))) {
                    std::this_thread::sleep_for(std::chrono::milliseconds(5));
                }
            }
            const unsigned id = n * 7 % 40;
            connection.execute(
                n % 3 == 0 ? fmt::format("DELETE FROM {} WHERE id = {}", table, id)
                           : fmt::format("REPLACE INTO {} VALUES ({}, 0, {})", table, id, n));
            std::this_thread::sleep_for(std::chrono::milliseconds(3));
        }
    });
    catch_up();
    replica().execute("UPDATE " + table + " SET value = 0 WHERE id = -7");
    replica().execute("DELETE FROM " + table + " WHERE id = -9");
    replica().execute("INSERT INTO " + table + " VALUES (-1000, 1, 1)");

    std::atomic<unsigned> stops{0};
    std::jthread brake([&](const std::stop_token& stop) {
        mysql::Connection holder(server().replica, {});
        while (!stop.stop_requested()) {
            const bool lock = stops % 2 == 0;
            holder.execute(lock ? "LOCK TABLES " + table + " READ" : sql_thread("STOP"));
            std::this_thread::sleep_for(std::chrono::milliseconds(150));
            holder.execute(lock ? "UNLOCK TABLES" : sql_thread("START"));
            ++stops;
            std::this_thread::sleep_for(std::chrono::milliseconds(250));
        }
    });
    for (int round = 0; round < 3; ++round) {
        EXPECT_THAT(verify(), UnorderedElementsAre("t1 (id=-1000) is on the replica only",
                                                   "t1 (id=-7) differs in value",
                                                   "t1 (id=-9) is missing on the replica"));
    }
    while (stops < 2) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    brake.request_stop();
    brake.join();
    writer.request_stop();
    writer.join();
    catch_up();
    EXPECT_EQ(verify().size(), 3U);
}

/// Replication has stopped, and the primary went on: what it wrote since is no difference, what
/// differed before is.
TEST_P(DriftVerify, AStoppedReplicaIsComparedWhereItStands) {
    const std::string table = table_for_writers(20);
    catch_up();
    replica().execute("UPDATE " + table + " SET value = 0 WHERE id IN (-7, -8)");
    mysql::Connection control(server().replica, {});
    control.execute(sql_thread("STOP"));
    primary().execute("UPDATE " + table + " SET value = value + 100 WHERE id IN (-8, -9)");
    primary().execute("INSERT INTO " + table + " VALUES (5, 5, 5)");
    std::thread later([&] {  // rows written since stay undecided until it runs
        std::this_thread::sleep_for(std::chrono::seconds(1));
        control.execute(sql_thread("START"));
    });
    const auto found = verify();
    later.join();
    EXPECT_THAT(found, UnorderedElementsAre("t1 (id=-7) differs in value"));
}

TEST_P(DriftVerify, CascadesAreNotDrift) {
    const std::string parent = schema().table("(id INT NOT NULL PRIMARY KEY) ENGINE=InnoDB");
    const std::string child =
        schema().table("(id INT NOT NULL PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES " + parent +
                       " (id) ON DELETE CASCADE) ENGINE=InnoDB");
    for (int i = 1; i <= 20; ++i) {
        primary().execute(fmt::format("INSERT INTO {} VALUES ({})", parent, i));
        primary().execute(fmt::format("INSERT INTO {} VALUES ({}, {})", child, i, i));
    }
    catch_up();
    replica().execute("SET SESSION foreign_key_checks = 0");
    replica().execute("DELETE FROM " + child + " WHERE id = 20");
    mysql::Connection control(server().replica, {});
    control.execute(sql_thread("STOP"));
    primary().execute("SET SESSION foreign_key_checks = 1");
    primary().execute("DELETE FROM " + parent + " WHERE id = 3");  // and child's row
    std::thread later([&] {
        std::this_thread::sleep_for(std::chrono::seconds(2));
        control.execute(sql_thread("START"));
    });
    const auto found = verify();
    later.join();
    EXPECT_THAT(found, UnorderedElementsAre("t2 (id=20) is missing on the replica"));
}

/// What a table cascades to rows of its own is not in the log of servers whose engine does it.
TEST_P(DriftVerify, CascadesOfATableToItselfAreNotDrift) {
    const std::string table = schema().table("(id INT NOT NULL PRIMARY KEY, p INT) ENGINE=InnoDB");
    for (int i = 1; i <= 40; ++i) {
        primary().execute(fmt::format("INSERT INTO {} VALUES ({}, NULL)", table, i));
    }
    primary().execute("UPDATE " + table + " SET p = id - 20 WHERE id > 20");
    primary().execute("ALTER TABLE " + table + " ADD FOREIGN KEY (p) REFERENCES " + table +
                      " (id) ON DELETE CASCADE");
    catch_up();
    replica().execute("SET SESSION foreign_key_checks = 0");
    replica().execute("DELETE FROM " + table + " WHERE id = 40");
    mysql::Connection control(server().replica, {});
    control.execute(sql_thread("STOP"));
    primary().execute("SET SESSION foreign_key_checks = 1");
    primary().execute("DELETE FROM " + table + " WHERE id = 3");  // and row 23
    std::thread later([&] {
        std::this_thread::sleep_for(std::chrono::seconds(2));
        control.execute(sql_thread("START"));
    });
    const auto found = verify();
    later.join();
    EXPECT_THAT(found, UnorderedElementsAre("t1 (id=40) is missing on the replica"));
}

TEST_P(DriftVerify, ATableWithoutAKeyIsComparedAsAWhole) {
    const std::string table = schema().table("(a INT, b VARCHAR(9)) ENGINE=InnoDB");
    primary().execute("INSERT INTO " + table + " VALUES (1,'x'),(1,'x'),(2,'y'),(2,'y')");
    catch_up();
    EXPECT_THAT(verify(), IsEmpty());
    // As many rows, and pairs of equal ones, whose XOR is nothing.
    replica().execute("UPDATE " + table + " SET b = 'z' WHERE a = 2");
    const bool proof = replica::gtids_tell_visible(primary());
    EXPECT_THAT(verify(), ElementsAre(HasSubstr(proof ? "t1: its rows are not the same"
                                                      : "t1: both sides differ now")));
}

/// A proof reads up to the position that the primary tells, which is on no disk yet.
TEST_P(DriftVerify, AProofWaitsForWhatIsWrittenAndNotYetSynced) {
    if (!test::LateSync::can_be_had(primary())) GTEST_SKIP() << "only what is synced is told";
    table_for_writers(1);
    const auto subject = drift::make_subject(primary(), {schema().name(), "t1"});
    const auto before = binlog::log_end(primary());
    test::LateSync late(primary());
    const auto told = late.write("INSERT INTO " + schema().qualified("t1") + " VALUES (7, 1, 1)");
    if (late.synced()) GTEST_SKIP() << "the machine is too slow to show anything";
    const auto touched = drift::read_touched(primary(), before, told, subject, {});
    EXPECT_FALSE(touched.all);
    EXPECT_EQ(touched.keys.size(), 1U);
}

TEST_P(DriftVerify, DefinitionsAndMissingTablesAreNamed) {
    for (int i = 0; i < 4; ++i) {
        primary().execute("INSERT INTO " +
                          schema().table("(id INT NOT NULL PRIMARY KEY, a INT, b VARCHAR(9)) "
                                         "ENGINE=InnoDB") +
                          " VALUES (1, 1, 'x')");
    }
    catch_up();
    replica().execute("DROP TABLE " + schema().qualified("t1"));
    replica().execute("ALTER TABLE " + schema().qualified("t2") + " MODIFY a BIGINT");
    replica().execute("ALTER TABLE " + schema().qualified("t3") + " ADD KEY reports (a)");
    replica().execute("UPDATE " + schema().qualified("t3") + " SET a = 2");
    replica().execute("ALTER TABLE " + schema().qualified("t4") + " ADD COLUMN z INT");
    replica().execute("CREATE TABLE " + schema().qualified("own") + " (id INT PRIMARY KEY)");
    EXPECT_THAT(
        verify(),
        UnorderedElementsAre(
            "t1: the table is missing on the replica", HasSubstr("t2: column `a` is int"),
            "t2: rows were not compared, as their columns differ", "t3 (id=1) differs in a",
            "t4: column `z` is on the replica only", "own: the table is on the replica only"));
    for (const auto& one : report().tables) {
        if (one.table.table != "t3") continue;
        EXPECT_THAT(one.notes, ElementsAre("index `reports` (`a`) is on the replica only"));
    }
}

TEST_P(DriftVerify, ManyDifferencesAreNotAllNamed) {
    const std::string table = table_for_writers(200);
    catch_up();
    replica().execute("UPDATE " + table + " SET value = value + 1");
    auto options = this->options();
    options.most_rows = 20;
    EXPECT_EQ(verify(options).size(), 20U);
    EXPECT_TRUE(std::any_of(report().tables.begin(), report().tables.end(),
                            [](const auto& one) { return one.more_rows; }));
}

TEST_P(DriftVerify, AServerThatIsNoReplicaIsRefused) {
    auto options = this->options();
    options.replicas = {server().primary};
    EXPECT_THROW(static_cast<void>(drift::verify(options, {})), migrator::Refusal);
}

}  // namespace
}  // namespace wisp
