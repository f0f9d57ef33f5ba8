// SPDX-License-Identifier: Apache-2.0
// Binlog and replication status on a primary and its replica.
#include "mysql/replica.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mysql/connection.h"
#include "mysql/retry.h"
#include "tests/support/test_server.h"

namespace wisp::mysql {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

class MysqlReplica : public test::ServerTest {
  protected:
    void SetUp() override {
        ServerTest::SetUp();
        if (!IsSkipped() && !server().has_replica()) GTEST_SKIP() << "this server has no replica";
    }
    /// Until the replica has applied all that the primary has written; false after 25 seconds.
    static bool catches_up(Connection& replica, const BinlogStatus& end) {
        const auto deadline = Clock::now() + seconds(25);
        while (Clock::now() < deadline) {
            const auto status = replica_status(replica).at(0);
            if (status.applied_file > end.file ||
                (status.applied_file == end.file && status.applied_offset >= end.offset)) {
                return true;
            }
            pause({}, milliseconds(10));
        }
        return false;
    }
};
WISP_FOR_EACH_SERVER(MysqlReplica);

TEST_P(MysqlReplica, ThePrimarysBinlogMovesOn) {
    test::TmpSchema schema(server().primary);
    const auto connection = connect();
    const auto before = binlog_status(*connection);
    schema.table("(id INT PRIMARY KEY)");
    const auto after = binlog_status(*connection);
    ASSERT_TRUE(before && after);
    EXPECT_FALSE(before->file.empty());
    EXPECT_TRUE(after->file > before->file || after->offset > before->offset);
    EXPECT_FALSE(after->gtid_set.empty());
    EXPECT_NE(after->gtid_set, before->gtid_set);
    EXPECT_EQ(after->gtid_set.find('\n'), std::string::npos);
}

TEST_P(MysqlReplica, ThePrimaryReplicatesFromNobody) {
    EXPECT_TRUE(replica_status(*connect()).empty());
}

TEST_P(MysqlReplica, TheReplicaNamesItsSource) {
    const auto connection = connect_replica();
    const auto channels = replica_status(*connection);
    ASSERT_EQ(channels.size(), 1U);
    const ReplicaStatus& status = channels[0];
    EXPECT_EQ(status.source_host, server().primary.host);
    EXPECT_EQ(status.source_port, server().primary.port);
    EXPECT_TRUE(status.io_running);
    EXPECT_TRUE(status.sql_running);
    EXPECT_TRUE(status.seconds_behind.has_value());
    EXPECT_EQ(status.last_error, "");
    EXPECT_EQ(status.channel, "");
}

TEST_P(MysqlReplica, TheReplicaSaysHowFarItIs) {
    const auto primary = connect();
    const auto replica = connect_replica();
    const test::TmpSchema schema(server().primary);
    const auto end = binlog_status(*primary).value();
    ASSERT_TRUE(catches_up(*replica, end));
    const ReplicaStatus status = replica_status(*replica).at(0);
    EXPECT_GE(status.received_offset, status.applied_offset);
    EXPECT_EQ(status.received_file, status.applied_file);
    EXPECT_FALSE(status.applied_gtid_set.empty());
    if (!replica->server().mariadb()) {
        const auto covered = replica->scalar("SELECT GTID_SUBSET(" + replica->quote(end.gtid_set) +
                                             ", " + replica->quote(status.applied_gtid_set) + ")");
        EXPECT_EQ(covered, "1") << end.gtid_set << " in " << status.applied_gtid_set;
    }
    EXPECT_TRUE(status.by_gtid);
}

TEST_P(MysqlReplica, AStoppedReplicaIsSeen) {
    const auto replica = connect_replica();
    const bool new_words = replica->server().says_replica();
    const std::string word = new_words ? "REPLICA" : "SLAVE";
    replica->execute("STOP " + word + " SQL_THREAD");
    const auto stopped = replica_status(*replica);
    replica->execute("START " + word);
    ASSERT_EQ(stopped.size(), 1U);
    EXPECT_TRUE(stopped[0].io_running);
    EXPECT_FALSE(stopped[0].sql_running);
    EXPECT_EQ(stopped[0].seconds_behind, std::nullopt);
}

TEST_P(MysqlReplica, ThePrimaryKnowsItsReplicasId) {
    const auto id = connect_replica()->query("SELECT @@server_id")[0].number(0);
    EXPECT_THAT(replica_server_ids(*connect()), ::testing::Contains(id));
}

TEST_P(MysqlReplica, AReplicaThatIsReadOnlyRefusesWrites) {
    test::TmpSchema schema(server().primary);
    const auto root = connect_replica();
    ASSERT_TRUE(catches_up(*root, binlog_status(schema.connection()).value()));
    const auto primary = connect();
    const test::TmpUser user(*primary, "ALL ON `" + schema.name() + "`.*");
    ASSERT_TRUE(catches_up(*root, binlog_status(*primary).value()));
    Endpoint endpoint = user.endpoint();
    endpoint.port = server().replica.port;
    const auto connection = connect(endpoint);
    const auto was = root->scalar("SELECT @@GLOBAL.read_only").value();
    root->execute("SET GLOBAL read_only = 1");
    try {
        connection->execute("CREATE TABLE " + schema.qualified("t") + " (id INT)");
        ADD_FAILURE() << "written to a read-only server";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), 1290U);
        EXPECT_EQ(to_string(error.kind()), "refused");
    }
    root->execute("SET GLOBAL read_only = " + was);
}

}  // namespace
}  // namespace wisp::mysql
