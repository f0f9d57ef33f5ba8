// SPDX-License-Identifier: Apache-2.0
// Comparing two tables over two connections, and signs that need no write: on each server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>

#include "migrator/options.h"
#include "migrator/refusal.h"
#include "migrator/signs.h"
#include "migrator/topology.h"
#include "migrator/verify/remote_comparison.h"
#include "mysql/replica.h"
#include "replica/gtids.h"
#include "tests/db/mover_scene.h"

namespace wisp::migrator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class MigratorRemote : public MoverTest {
  protected:
    [[nodiscard]] mysql::Connector source() const { return {server().primary, {}}; }
    /// "1 differs in `v`", in order.
    [[nodiscard]] Rows differences(const Plan& plan) const {
        Rows list;
        for (const auto& found : RemoteComparison(plan, source())
                                     .differences(connection(), scope_of(plan, Range{}), 100)) {
            list.push_back(found.key.front() + " " + found.what);
        }
        std::sort(list.begin(), list.end());
        return list;
    }
    [[nodiscard]] bool equal(const Plan& plan) const {
        std::uint64_t rows = 0;
        return RemoteComparison(plan, source()).equal(connection(), scope_of(plan, Range{}), rows);
    }
    void fill(const Plan& plan) const {
        connection().execute("INSERT INTO " + sql::quote(plan.names.ghost) + " SELECT * FROM " +
                             sql::quote(plan.names.source));
    }
    void on_ghost(const Plan& plan, const std::string& before, const std::string& after) const {
        connection().execute(before + sql::quote(plan.names.ghost) + after);
    }
};
WISP_FOR_EACH_SERVER(MigratorRemote);

TEST_P(MigratorRemote, FindsWhatDiffersIsMissingOrTooMuch) {
    const auto p =
        plan("(id INT PRIMARY KEY, v VARCHAR(20), f FLOAT, b VARBINARY(10)) CHARSET utf8mb4",
             "(1,'a',1.1,NULL), (2,'b',2.2,''), (3,'c',3.3,'x'), (4,'d',4.4,'y')", "COMMENT='x'");
    fill(p);
    EXPECT_TRUE(equal(p));
    EXPECT_THAT(differences(p), IsEmpty());
    on_ghost(p, "UPDATE ", " SET b = '' WHERE id = 1");         // NULL and empty are two values
    on_ghost(p, "UPDATE ", " SET v = 'B' WHERE id = 2");        // equal to the collation only
    on_ghost(p, "UPDATE ", " SET f = 3.3000002 WHERE id = 3");  // the next FLOAT
    on_ghost(p, "DELETE FROM ", " WHERE id = 4");
    on_ghost(p, "INSERT INTO ", " VALUES (5,'e',5.5,NULL)");
    EXPECT_FALSE(equal(p));
    EXPECT_THAT(differences(p),
                ElementsAre("1 differs in `b`", "2 differs in `v`", "3 differs in `f`",
                            "4 is missing in the new table", "5 is in the new table only"));
}

TEST_P(MigratorRemote, ValuesThatChangePlacesDoNotCancelOut) {
    const auto p = plan("(id INT PRIMARY KEY, v INT)", "(1,1), (2,2)", "COMMENT='x'");
    fill(p);
    on_ghost(p, "UPDATE ", " SET v = 3 - v");
    EXPECT_FALSE(equal(p));
    EXPECT_EQ(differences(p).size(), 2U);
}

TEST_P(MigratorRemote, PositionsAreSignsWithoutAWrite) {
    if (!replica::gtids_tell_visible(connection())) {
        GTEST_SKIP() << "no GTIDs that tell what is visible";
    }
    const auto p = plan("(id INT PRIMARY KEY, v INT)", "(1,1)", "COMMENT='x'");
    PositionSigns signs;
    const auto start = signs.start(connection());
    const auto before = mysql::binlog_status(connection()).value();
    signs.prove_visible(connection(), 0, 1, {});
    const Mark mark = signs.mark(connection());
    EXPECT_TRUE(signs.passed(mark, Applied{0, 0, start, false, {}, {}}));
    connection().execute("UPDATE " + sql::quote(p.names.source) + " SET v = 2");
    const auto after = mysql::binlog_status(connection()).value();
    EXPECT_GT(after.offset, before.offset);
    const Mark later = signs.mark(connection());
    EXPECT_FALSE(signs.passed(later, Applied{0, 0, start, false, {}, {}}));
    EXPECT_TRUE(signs.passed(later, Applied{0, 0, {after.file, after.offset}, false, {}, {}}));
    // What the stream has delivered is visible, so this returns.
    signs.delivered({after.file, after.offset}, "a GTID that only MariaDB does not ask about");
    if (connection().server().mariadb()) signs.prove_visible(connection(), 0, 2, {});
    const auto end = mysql::binlog_status(connection()).value();
    EXPECT_EQ(end.offset, after.offset) << "the signs have written something";
}

TEST_P(MigratorRemote, ATransactionThatIsNotExecutedIsNotProved) {
    if (connection().server().mariadb() || !replica::gtids_tell_visible(connection())) {
        GTEST_SKIP() << "goes by positions";
    }
    PositionSigns signs;
    const auto uuid = connection().scalar("SELECT @@global.server_uuid").value();
    signs.delivered({"binlog.000001", 4}, uuid + ":999999999");
    std::stop_source stop;
    auto proof = std::async(std::launch::async,
                            [&] { signs.prove_visible(connection(), 0, 1, stop.get_token()); });
    EXPECT_EQ(proof.wait_for(std::chrono::milliseconds(1'200)), std::future_status::timeout);
    stop.request_stop();
    EXPECT_THROW(proof.get(), Stopped);
}

TEST_P(MigratorRemote, AReplicaAloneIsMigratedOnlyWhereSomethingTellsWhatIsVisible) {
    MigrationOptions options;
    options.endpoint = server().replica;
    options.migrate_on_replica = true;
    mysql::Connection replica(server().replica, {});
    if (replica::has_gtids(replica) && !replica::gtids_tell_visible(replica)) {
        EXPECT_THROW(static_cast<void>(find_route(options)), Refusal);
    } else {
        EXPECT_NO_THROW(static_cast<void>(find_route(options)));
    }
}

}  // namespace
}  // namespace wisp::migrator
