// SPDX-License-Identifier: Apache-2.0
// The stream of real servers: groups, compression, large events, rotation, lost connections.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>

#include "binlog/value_decoder.h"
#include "mysql/process_list.h"
#include "tests/db/binlog_reader.h"
#include "tests/support/relay.h"
#include "tests/support/test_server.h"

namespace wisp::binlog {
namespace {

using namespace std::chrono_literals;
using Numbers = std::vector<std::int64_t>;

Numbers inserted_ids(const std::vector<Transaction>& transactions) {
    Numbers ids;
    DecodedRow row;
    for (const auto& transaction : transactions)
        for (const auto& change : transaction.changes) {
            if (change.kind != ChangeKind::kInsert) continue;
            EXPECT_TRUE(decode_after(change, {}, 0, row));
            ids.push_back(row.values[0].integer);
        }
    return ids;
}

Numbers one_to(std::int64_t last) {
    Numbers ids;
    for (std::int64_t id = 1; id <= last; ++id) ids.push_back(id);
    return ids;
}

class BinlogStream : public test::SchemaTest {
  protected:
    void SetUp() override {
        test::SchemaTest::SetUp();
        if (IsSkipped()) return;
        table_ = schema_->table("(id INT PRIMARY KEY, v VARCHAR(200), b LONGBLOB) ENGINE=InnoDB");
        start_ = test::binlog_end(connection());
    }

    [[nodiscard]] sql::TableName watched() const { return {schema_->name(), "t1"}; }
    [[nodiscard]] std::vector<Transaction> read() const {
        return test::read_binlog(connection(), start_, {watched()});
    }
    void insert(std::int64_t id) const {
        connection().execute(fmt::format("INSERT INTO {} (id, v) VALUES ({}, 'x')", table_, id));
    }
    [[nodiscard]] bool mariadb() const { return connection().server().mariadb(); }
    [[nodiscard]] bool knows(const char* variable) const {
        return !connection().query(fmt::format("SHOW VARIABLES LIKE '{}'", variable)).empty();
    }

    std::string table_;
    Position start_;
};

TEST_P(BinlogStream, TellsTransactionsStatementsAndRollbacksApart) {
    auto& c = connection();
    c.execute("BEGIN");
    insert(1);
    c.execute("UPDATE " + table_ + " SET v = 'y'");
    c.execute("COMMIT");
    c.execute("BEGIN");
    insert(2);
    c.execute("SAVEPOINT a");
    insert(3);
    c.execute("ROLLBACK TO a");
    insert(4);
    c.execute("COMMIT");
    c.execute("BEGIN");
    insert(5);
    c.execute("ROLLBACK");
    c.execute("DELETE FROM " + table_ + " WHERE id = 4");
    c.execute("ALTER TABLE " + table_ + " ADD extra INT");
    const auto read_back = read();
    ASSERT_EQ(read_back.size(), 4U);
    EXPECT_EQ(inserted_ids(read_back), (Numbers{1, 2, 4}));
    EXPECT_EQ(read_back[0].changes[1].kind, ChangeKind::kUpdate);
    EXPECT_EQ(read_back[2].changes[0].kind, ChangeKind::kDelete);
    ASSERT_EQ(read_back[3].statements.size(), 1U);
    EXPECT_EQ(read_back[3].statements[0].text, "ALTER TABLE " + table_ + " ADD extra INT");
    EXPECT_GT(read_back[0].timestamp, 1'700'000'000U);
}

TEST_P(BinlogStream, DropsRowsBehindASavepointThatNontransactionalWritesKeptInTheLog) {
    auto& c = connection();
    if (!mariadb() && c.scalar("SELECT @@enforce_gtid_consistency").value_or("0") != "OFF" &&
        c.scalar("SELECT @@enforce_gtid_consistency").value_or("0") != "0")
        GTEST_SKIP() << "enforce_gtid_consistency forbids it";
    const auto other = schema_->table("(id INT) ENGINE=MyISAM");
    start_ = test::binlog_end(c);
    c.execute("BEGIN");
    insert(1);
    c.execute("SAVEPOINT `a ``b`");
    insert(2);
    c.execute("INSERT INTO " + other + " VALUES (1)");
    c.execute("ROLLBACK TO `A ``b`");
    insert(3);
    c.execute("COMMIT");
    c.execute("BEGIN");
    insert(4);
    c.execute("INSERT INTO " + other + " VALUES (2)");
    c.execute("ROLLBACK");
    EXPECT_EQ(inserted_ids(read()), (Numbers{1, 3}));
}

TEST_P(BinlogStream, ReportsStatementFormatAsStatements) {
    auto& c = connection();
    c.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    c.execute("SET SESSION binlog_format = STATEMENT");
    insert(1);
    c.execute("SET SESSION binlog_format = ROW");
    insert(2);
    const auto read_back = read();
    ASSERT_EQ(read_back.size(), 2U);
    ASSERT_EQ(read_back[0].statements.size(), 1U);
    EXPECT_TRUE(read_back[0].statements[0].text.starts_with("INSERT INTO"));
    EXPECT_EQ(inserted_ids(read_back), (Numbers{2}));
}

TEST_P(BinlogStream, HoldsXaRowsUntilTheyAreDecided) {
    auto& c = connection();
    const auto xa = [&](const std::string& xid, std::int64_t id) {
        c.execute("XA START " + xid);
        insert(id);
        c.execute("XA END " + xid);
    };
    xa("'w1','b''q',3", 1);
    c.execute("XA PREPARE 'w1','b''q',3");
    c.execute("XA COMMIT 'w1','b''q',3");
    xa("'w2'", 2);
    c.execute("XA PREPARE 'w2'");
    c.execute("XA ROLLBACK 'w2'");
    xa("'w3'", 3);
    c.execute("XA COMMIT 'w3' ONE PHASE");
    xa("X'00ff',X'',0", 4);
    c.execute("XA PREPARE X'00ff',X'',0");
    const auto middle = test::binlog_end(c);
    c.execute("XA COMMIT X'00ff',X'',0");
    const auto read_back = read();
    EXPECT_EQ(inserted_ids(read_back), (Numbers{1, 3, 4}));
    for (const auto& transaction : read_back) EXPECT_EQ(transaction.unseen_xa, "");
    // Without XA_PREPARE events (MySQL before 5.7.7, MariaDB before 10.5) the rows come at COMMIT.
    const auto late = test::read_binlog(c, middle, {watched()});
    ASSERT_EQ(late.size(), 1U);
    if (late[0].changes.empty()) {
        EXPECT_EQ(late[0].unseen_xa, "X'00ff',X'',0");
    }
}

TEST_P(BinlogStream, UnpacksCompressedTransactions) {
    if (!knows("binlog_transaction_compression")) GTEST_SKIP() << "no TRANSACTION_PAYLOAD";
    auto& c = connection();
    c.execute("SET SESSION binlog_transaction_compression = ON");
    insert(1);
    c.execute("SET SESSION cte_max_recursion_depth = 1000000");
    c.execute("INSERT INTO " + table_ +
              " (id, v) WITH RECURSIVE r AS (SELECT 2 n UNION ALL SELECT n + 1 FROM r WHERE n < "
              "200000) SELECT n, CONCAT(SHA2(n, 512), 'x') FROM r");
    c.execute("BEGIN");
    c.execute("UPDATE " + table_ + " SET v = NULL WHERE id <= 10");
    c.execute("DELETE FROM " + table_ + " WHERE id = 1");
    c.execute("COMMIT");
    const auto read_back = read();
    ASSERT_EQ(read_back.size(), 3U);
    EXPECT_EQ(inserted_ids(read_back), one_to(200'000));
    EXPECT_GT(read_back[1].bytes, 20'000'000U);
    EXPECT_EQ(read_back[2].changes.size(), 11U);
}

TEST_P(BinlogStream, UnpacksMariadbsCompressedEvents) {
    if (!mariadb()) GTEST_SKIP() << "MariaDB only";
    auto& c = connection();
    c.execute("SET GLOBAL log_bin_compress = ON");
    const auto writer = connect();  // the variable is read when a session starts
    writer->execute("USE " + schema_->name());
    writer->execute("INSERT INTO " + table_ +
                    " (id, v) SELECT seq, REPEAT('z', 200) FROM seq_1_to_20000");
    writer->execute("UPDATE " + table_ + " SET v = REPEAT('y', 200)");
    writer->execute("DELETE FROM " + table_);
    writer->execute("ALTER TABLE " + table_ + " COMMENT '" + std::string(500, 'c') + "'");
    c.execute("SET GLOBAL log_bin_compress = OFF");
    const auto read_back = read();
    ASSERT_EQ(read_back.size(), 4U);
    EXPECT_EQ(inserted_ids(read_back), one_to(20'000));
    EXPECT_EQ(read_back[1].changes.size(), 20'000U);
    DecodedRow row;
    ASSERT_TRUE(decode_before(read_back[2].changes.back(), {}, kAllColumns, row));
    EXPECT_EQ(row.values[1].bytes, std::string(200, 'y'));
    ASSERT_EQ(read_back[3].statements.size(), 1U);
    EXPECT_TRUE(read_back[3].statements[0].text.ends_with(std::string(500, 'c') + "'"));
}

TEST_P(BinlogStream, ReadsEventsOfManyPackets) {
    if (!mariadb() && connection().server().version < 50700)
        GTEST_SKIP() << "its redo log is too small for such rows";
    const auto wide = schema_->table(
        "(id INT PRIMARY KEY, a LONGBLOB, b LONGBLOB, c LONGBLOB) "
        "ENGINE=InnoDB");
    const auto packet = connection().scalar("SELECT @@global.max_allowed_packet").value();
    connection().execute("SET GLOBAL max_allowed_packet = 67108864");
    const auto writer = connect();
    start_ = test::binlog_end(connection());
    // The lengths around one packet, then several packets.
    for (const unsigned extra : {5'000'000U, 5'592'350U, 5'592'400U, 12'000'000U})
        writer->execute(fmt::format(
            "INSERT INTO {} SELECT {}, REPEAT('a', {}), REPEAT('b', {}), REPEAT('c', {})", wide,
            extra, extra, extra, extra + 1));
    connection().execute("SET GLOBAL max_allowed_packet = " + packet);
    const auto read_back = test::read_binlog(connection(), start_, {{schema_->name(), "t2"}});
    ASSERT_EQ(read_back.size(), 4U);
    DecodedRow row;
    for (const auto& transaction : read_back) {
        ASSERT_TRUE(decode_after(transaction.changes[0], {}, kAllColumns, row));
        const auto size = static_cast<std::size_t>(row.values[0].integer);
        EXPECT_EQ(row.values[1].bytes, std::string(size, 'a'));
        EXPECT_EQ(row.values[3].bytes, std::string(size + 1, 'c'));
    }
}

TEST_P(BinlogStream, FollowsRotationAndAChangeOfChecksums) {
    auto& c = connection();
    insert(1);
    c.execute("FLUSH BINARY LOGS");
    insert(2);
    const auto before = c.scalar("SELECT @@global.binlog_checksum").value();
    c.execute("SET GLOBAL binlog_checksum = NONE");
    insert(3);
    const auto without = read();
    c.execute("SET GLOBAL binlog_checksum = " + before);
    insert(4);
    EXPECT_EQ(inserted_ids(without), (Numbers{1, 2, 3}));
    EXPECT_EQ(inserted_ids(read()), (Numbers{1, 2, 3, 4}));
}

TEST_P(BinlogStream, ReadsTaggedGtids) {
    if (mariadb() || connection().server().version < 80300) GTEST_SKIP() << "no tagged GTIDs";
    if (connection().scalar("SELECT @@gtid_mode") != "ON") GTEST_SKIP() << "gtid_mode is not ON";
    insert(1);
    connection().execute("SET gtid_next = 'AUTOMATIC:wisp_tag'");
    insert(2);
    connection().execute("SET gtid_next = 'AUTOMATIC'");
    const auto read_back = read();
    ASSERT_EQ(read_back.size(), 2U);
    const auto uuid = connection().scalar("SELECT @@server_uuid").value();
    EXPECT_TRUE(read_back[0].gtid.starts_with(uuid + ":")) << read_back[0].gtid;
    EXPECT_TRUE(read_back[1].gtid.starts_with(uuid + ":wisp_tag:")) << read_back[1].gtid;
    EXPECT_EQ(connection().scalar("SELECT GTID_SUBSET('" + read_back[1].gtid +
                                  "', @@global.gtid_executed)"),
              "1");
}

TEST_P(BinlogStream, StopsWithinASecond) {
    test::RunningStream stream(server().primary, start_, {watched()});
    insert(1);
    ASSERT_TRUE(stream.wait_for_changes(1));
    const auto asked = std::chrono::steady_clock::now();
    stream.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - asked, 1s);
    stream.look([](const auto& seen) { EXPECT_EQ(seen.failure, ""); });
}

TEST_P(BinlogStream, StaysConnectedWhileNothingHappens) {
    StreamerOptions options;
    options.heartbeat = 200ms;
    test::RunningStream stream(server().primary, start_, {watched()}, options);
    insert(1);
    ASSERT_TRUE(stream.wait_for_changes(1));
    const auto events = stream.snapshot().events;
    std::this_thread::sleep_for(1s);
    const auto now = stream.snapshot();
    EXPECT_GE(now.events, events + 3);
    EXPECT_TRUE(now.connected);
    EXPECT_EQ(now.reconnects, 0U);
    EXPECT_EQ(now.completed, test::binlog_end(connection()));
}

TEST_P(BinlogStream, LosesAndRepeatsNothingWhenItsConnectionIsKilled) {
    test::RunningStream stream(server().primary, start_, {watched()});
    const auto killer = connect();
    for (std::int64_t id = 1; id <= 600; ++id) {
        if (id % 2 == 0) connection().execute("BEGIN");
        insert(id);
        if (id % 2 == 0) {
            insert(1000 + id);
            connection().execute("COMMIT");
        }
        if (id % 150 != 0) continue;
        for (const auto& process : mysql::process_list(*killer)) {
            if (process.command.starts_with("Binlog Dump") && process.user == server().primary.user)
                mysql::kill_connection(*killer, process.id);
        }
        if (id % 300 == 0) killer->execute("FLUSH BINARY LOGS");
    }
    EXPECT_TRUE(stream.wait_for_changes(900));
    stream.look([](const auto& seen) { EXPECT_EQ(seen.failure, ""); });
    std::this_thread::sleep_for(300ms);
    stream.stop();
    auto ids = stream.look([](const auto& seen) { return inserted_ids(seen.transactions); });
    std::erase_if(ids, [](std::int64_t id) { return id > 1000; });
    EXPECT_EQ(ids, one_to(600));
    EXPECT_GE(stream.snapshot().reconnects, 1U);
}

TEST_P(BinlogStream, LosesAndRepeatsNothingOverANetworkThatBreaks) {
    test::Relay relay(server().primary);
    test::RunningStream stream(relay.endpoint(), start_, {watched()});
    insert(1);
    ASSERT_TRUE(stream.wait_for_changes(1));
    for (std::int64_t id = 2; id <= 300; ++id) {
        insert(id);
        if (id % 60 == 0) relay.cut();
    }
    EXPECT_TRUE(stream.wait_for_changes(300));
    stream.look([](const auto& seen) { EXPECT_EQ(seen.failure, ""); });
    std::this_thread::sleep_for(300ms);
    stream.stop();
    EXPECT_EQ(stream.look([](const auto& seen) { return inserted_ids(seen.transactions); }),
              one_to(300));
    EXPECT_GE(stream.snapshot().reconnects, 1U);
}

TEST_P(BinlogStream, SaysThatAFileIsGone) {
    test::RunningStream stream(server().primary, {"nowhere.000001", 4}, {watched()});
    ASSERT_TRUE(stream.wait_for_end());
    stream.look([](const auto& seen) {
        EXPECT_NE(seen.failure.find("purged"), std::string::npos) << seen.failure;
        EXPECT_NE(seen.failure.find("nowhere.000001:4"), std::string::npos) << seen.failure;
    });
}

TEST_P(BinlogStream, SaysThatThePositionIsBehindTheEnd) {
    test::RunningStream stream(server().primary, {start_.file, start_.offset + 1'000'000},
                               {watched()});
    ASSERT_TRUE(stream.wait_for_end());
    stream.look([](const auto& seen) { EXPECT_NE(seen.failure, ""); });
}

TEST_P(BinlogStream, GivesUpOnAnUnreachableServerInTheEnd) {
    StreamerOptions options;
    options.first_wait = 1ms;
    options.max_attempts = 3;
    mysql::Endpoint nobody = server().primary;
    nobody.port = 1;
    test::RunningStream stream(nobody, start_, {watched()}, options);
    ASSERT_TRUE(stream.wait_for_end());
    stream.look([](const auto& seen) { EXPECT_NE(seen.failure, ""); });
    EXPECT_EQ(stream.snapshot().reconnects, 4U);
}

TEST_P(BinlogStream, RefusesOffsetsThatTheDumpCommandCannotCarry) {
    DumpOptions options;
    options.endpoint = server().primary;
    options.start = {start_.file, 0x100000000};
    options.server_id = random_server_id(connection());
    EXPECT_THROW(DumpChannel{options}, mysql::Error);
}

WISP_FOR_EACH_SERVER(BinlogStream);

}  // namespace
}  // namespace wisp::binlog
