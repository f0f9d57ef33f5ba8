// SPDX-License-Identifier: Apache-2.0
// The copiers' loop: what steers the size of chunks, and what the copy locks on the source while
// several chunks are on their way.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "migrator/changelog.h"
#include "migrator/copier.h"
#include "migrator/server_mover.h"
#include "sql/identifier.h"
#include "tests/migrator/live.h"
#include "tests/support/test_server.h"

namespace wisp::migrator {
namespace {

using std::chrono::milliseconds;

class MigratorCopier : public test::SchemaTest {
  protected:
    /// A table of so many rows (id from 0, v), its ghost altered.
    [[nodiscard]] Plan plan(int rows) const {
        const std::string table =
            schema_->table("(id INT PRIMARY KEY, v INT NOT NULL, KEY v (v)) ENGINE=InnoDB");
        std::string values;
        for (int i = 0; i < rows; ++i) values += fmt::format("{}({},{})", i == 0 ? "" : ",", i, i);
        connection().execute("INSERT INTO " + table + " VALUES " + values);
        return test::live_plan(connection(), test::parse_name(table), "ADD COLUMN n INT");
    }
    [[nodiscard]] std::string count(const sql::TableName& table) const {
        return connection().scalar("SELECT COUNT(*) FROM " + sql::quote(table)).value_or("");
    }

    throttle::Throttler throttler_{{}};
    InFlight in_flight_;
    XaWatch xa_watch_;
    Progress progress_;
    CommitTimes commit_times_;
};
WISP_FOR_EACH_SERVER(MigratorCopier);

TEST_P(MigratorCopier, AFenceThatWaitsDoesNotMakeChunksSmall) {
    const auto p = plan(1'000);
    constexpr milliseconds kAim{500};
    Ranges ranges(Chunker(p, 0, kAim));
    const auto first = ranges.chunk_rows();
    const mysql::Connector connector(server().primary, {});
    // Whoever writes the fence must wait for this session.
    const auto holder = connect();
    holder->execute("BEGIN");
    holder->execute(write_fence(p.names.changelog, 0, 0));
    auto copied = std::async(std::launch::async, [&] {
        Crew crew(1);
        ChangelogSigns signs(p.names.changelog);
        Copier({p, ranges, in_flight_, xa_watch_, progress_, commit_times_, signs}, 0,
               std::make_unique<ServerMover>(p))
            .run({}, connector, throttler_, crew);
    });
    static_cast<void>(pause({}, 2 * kAim));
    holder->execute("COMMIT");
    copied.get();
    EXPECT_EQ(count(p.names.ghost), "1000");
    EXPECT_GT(ranges.chunk_rows(), first) << "a thousand rows take no half second";
}

TEST_P(MigratorCopier, ACrewOfManyCopiesEveryRowOnceWhateverItsSizeBecomes) {
    const auto p = plan(5'000);
    Ranges ranges(Chunker(p, 50, milliseconds(500)));
    const mysql::Connector connector(server().primary, {});
    Crew crew(1);
    std::vector<std::future<void>> copiers;
    for (unsigned number = 0; number < 4; ++number) {
        copiers.push_back(std::async(std::launch::async, [&, number] {
            ChangelogSigns signs(p.names.changelog);
            Copier({p, ranges, in_flight_, xa_watch_, progress_, commit_times_, signs}, number,
                   std::make_unique<ServerMover>(p))
                .run({}, connector, throttler_, crew);
        }));
    }
    for (const unsigned size : {4U, 1U, 3U, 2U}) {
        static_cast<void>(pause({}, milliseconds(10)));
        crew.resize(size);
    }
    for (auto& copier : copiers) copier.get();
    EXPECT_TRUE(ranges.exhausted());
    EXPECT_EQ(progress_.rows_copied, 5'000U);
    EXPECT_EQ(count(p.names.ghost), "5000");
}

// --- locks on the source -------------------------------------------------------------------------

/// Sets of row locks on a table, held or waited for, of all sessions. From the monitor, which every
/// server has; performance_schema.data_locks is empty where that schema is switched off.
std::size_t row_locks(mysql::Connection& connection, const sql::TableName& table) {
    connection.execute("SET GLOBAL innodb_status_output_locks = ON");
    const std::string text = connection.query("SHOW ENGINE INNODB STATUS")[0].text(2);
    const std::string name = fmt::format(" of table `{}`.`{}` ", table.schema, table.table);
    std::size_t count = 0;
    for (std::size_t at = text.find("RECORD LOCKS"); at != std::string::npos;
         at = text.find("RECORD LOCKS", at + 1)) {
        const auto line = text.substr(at, text.find('\n', at) - at);
        if (line.find(name) != std::string::npos) ++count;
    }
    return count;
}

TEST_P(MigratorCopier, ChunksOnTheirWayHoldNoRowLockOfTheSource) {
    const auto p = plan(400);
    // Four copiers, each with a chunk written and not committed.
    std::vector<std::unique_ptr<mysql::Connection>> copiers;
    for (int i = 0; i < 4; ++i) {
        copiers.push_back(connect());
        copiers.back()->execute("BEGIN");
        const Range range{
            {std::to_string(100 * i - 1)}, {std::to_string(100 * i + 99)}, {}, 0, 0, {}};
        EXPECT_EQ(ServerMover(p).move(*copiers.back(), range).rows_inserted, 100U);
    }
    EXPECT_EQ(row_locks(connection(), p.names.source), 0U);
    for (auto& copier : copiers) copier->execute("ROLLBACK");
}

TEST_P(MigratorCopier, TheCountWouldShowTheLocksOfARepeatableRead) {
    const auto p = plan(400);
    const auto copier = connect();
    copier->execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    copier->execute("BEGIN");
    EXPECT_EQ(ServerMover(p).move(*copier, {{"99"}, {"199"}, {}, 0, 0, {}}).rows_inserted, 100U);
    EXPECT_GT(row_locks(connection(), p.names.source), 0U);
    copier->execute("ROLLBACK");
}

}  // namespace
}  // namespace wisp::migrator
