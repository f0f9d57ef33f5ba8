// SPDX-License-Identifier: Apache-2.0
#include "binlog/decoder.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include "tests/binlog/decoder_fixture.h"

namespace wisp::binlog {
namespace {

using test::ByteWriter;
using test::Raw;
using Numbers = std::vector<std::int64_t>;

class DecoderTest : public DecoderFixture {};

TEST_F(DecoderTest, EmitsATransactionAtItsXid) {
    EXPECT_FALSE(gtid(7));
    EXPECT_FALSE(query("BEGIN"));
    insert(1);
    insert(2);
    build_.timestamp += 5;
    const auto done = xid();
    ASSERT_TRUE(done);
    EXPECT_EQ(numbers(done), (Numbers{1, 2}));
    EXPECT_EQ(done->gtid, "01010101-0101-0101-0101-010101010101:7");
    EXPECT_EQ(done->timestamp, build_.timestamp);
    EXPECT_EQ(done->end, (Position{"binlog.000001", build_.position}));
    EXPECT_GE(done->bytes, 2 * (sizeof(Change) + sizeof(RowsBlock)));
    EXPECT_EQ(decoder_.resume_position(), done->end);
    EXPECT_EQ(decoder_.last_gtid(), done->gtid);
}

TEST_F(DecoderTest, DropsRowsOfOtherTables) {
    query("BEGIN");
    insert_elsewhere();
    EXPECT_FALSE(xid());
    EXPECT_EQ(decoder_.resume_position().offset, build_.position);
}

TEST_F(DecoderTest, TellsTablesOfOtherSchemasApart) {
    query("BEGIN");
    feed(build_.event(EventType::kTableMap, test::table_map_body(9, "S", "t", {{kTiny, {}}})));
    feed(build_.event(EventType::kWriteRows, test::rows_body(9, 1, {1}, {0, 1})));
    EXPECT_FALSE(xid());
}

TEST_F(DecoderTest, KeepsMapsOfSeveralTablesUntilTheStatementEnds) {
    query("BEGIN");
    table_map(kTableId, "t");
    table_map(kOtherId, "other");
    feed(build_.event(EventType::kWriteRows,
                      test::rows_body(kTableId, 1, {1}, {0, 5}, /*ends_statement=*/false)));
    feed(build_.event(EventType::kWriteRows, test::rows_body(kOtherId, 1, {1}, {0, 6})));
    EXPECT_EQ(numbers(xid()), (Numbers{5}));
}

TEST_F(DecoderTest, FollowsTheTableThroughANewIdAndNewColumns) {
    query("BEGIN");
    insert(1);
    feed(build_.event(EventType::kTableMap,
                      test::table_map_body(99, "s", "t", {{kTiny, {}}, {kTiny, {}}})));
    feed(build_.event(EventType::kWriteRows, test::rows_body(99, 2, {3}, {0, 2, 3})));
    const auto done = xid();
    EXPECT_EQ(numbers(done), (Numbers{1, 2}));
    EXPECT_EQ(done->changes[1].block->table->columns.size(), 2U);
}

TEST_F(DecoderTest, RefusesRowsWithoutATableMap) {
    query("BEGIN");
    insert(1);
    EXPECT_NE(
        error_of(build_.event(EventType::kWriteRows, test::rows_body(kTableId, 1, {1}, {0, 5})))
            .find("no TABLE_MAP names table id 42"),
        std::string::npos);
}

TEST_F(DecoderTest, AcceptsTheDummyEndOfAStatement) {
    query("BEGIN");
    feed(build_.event(EventType::kWriteRows, test::rows_body(0xffffff, 0, {}, {})));
    EXPECT_FALSE(xid());
}

TEST_F(DecoderTest, EmitsStatementsWithTheirSchema) {
    gtid(1);
    const auto done = query("ALTER TABLE t ADD c INT");
    ASSERT_TRUE(done);
    ASSERT_EQ(done->statements.size(), 1U);
    EXPECT_EQ(done->statements[0].schema, "s");
    EXPECT_EQ(done->statements[0].text, "ALTER TABLE t ADD c INT");
    EXPECT_EQ(decoder_.resume_position().offset, build_.position);
}

TEST_F(DecoderTest, KeepsStatementsInsideATransaction) {
    gtid(1);
    query("BEGIN");
    EXPECT_FALSE(query("INSERT INTO t VALUES (1)"));
    const auto done = query("COMMIT");
    ASSERT_TRUE(done);
    EXPECT_EQ(done->statements.size(), 1U);
}

TEST_F(DecoderTest, ReportsLoadDataAsAStatement) {
    gtid(1);
    query("BEGIN");
    feed(build_.event(EventType::kBeginLoadQuery, Raw(10, 0)));
    auto body = test::query_body("s", "LOAD DATA INFILE 'x' INTO TABLE t");
    body.insert(body.begin() + 13, 13, 0);
    EXPECT_FALSE(feed(build_.event(EventType::kExecuteLoadQuery, body)));
    const auto done = xid();
    ASSERT_TRUE(done);
    EXPECT_EQ(done->statements[0].text, "LOAD DATA INFILE 'x' INTO TABLE t");
}

TEST_F(DecoderTest, CreateTableSelectIsOneGroup) {
    gtid(1);
    EXPECT_FALSE(query("CREATE TABLE `t` (\n  `a` tinyint\n) START TRANSACTION"));
    insert(3);
    const auto done = xid();
    ASSERT_TRUE(done);
    EXPECT_EQ(done->statements.size(), 1U);
    EXPECT_EQ(numbers(done), (Numbers{3}));
}

TEST_F(DecoderTest, RollbackDropsTheRows) {
    gtid(1);
    query("BEGIN");
    insert(1);
    EXPECT_FALSE(query("ROLLBACK"));
    EXPECT_EQ(decoder_.resume_position().offset, build_.position);
}

TEST_F(DecoderTest, RollbackToSavepointDropsWhatCameAfterIt) {
    query("BEGIN");
    insert(1);
    query("SAVEPOINT `a ``b`");
    insert(2);
    query("SAVEPOINT c");
    insert(3);
    query("ROLLBACK TO `A ``B`");
    insert(4);
    EXPECT_EQ(numbers(xid()), (Numbers{1, 4}));
}

TEST_F(DecoderTest, ASavepointNameUsedAgainMoves) {
    query("BEGIN");
    query("SAVEPOINT a");
    insert(1);
    query("SAVEPOINT a");
    insert(2);
    query("ROLLBACK TO a");
    query("ROLLBACK TO a");  // it is still there
    insert(3);
    EXPECT_EQ(numbers(xid()), (Numbers{1, 3}));
}

TEST_F(DecoderTest, RefusesToGuessAboutAnUnknownSavepoint) {
    query("BEGIN");
    EXPECT_FALSE(query("ROLLBACK TO a"));  // no rows: nothing to guess
    insert(1);
    query("SAVEPOINT a");
    query("RELEASE SAVEPOINT a");
    EXPECT_NE(error_of(build_.event(EventType::kQuery, test::query_body("s", "ROLLBACK TO a")))
                  .find("ROLLBACK TO SAVEPOINT a"),
              std::string::npos);
}

TEST_F(DecoderTest, MariadbGroupsNeedNoBegin) {
    feed(build_.event(EventType::kMariadbGtid, test::mariadb_gtid_body(5)));
    table_map(kTableId, "t");
    feed(build_.event(EventType::kWriteRowsV1, test::rows_body_v1(kTableId, 1, {1}, {0, 8})));
    EXPECT_FALSE(query("INSERT INTO other VALUES (1)"));
    const auto done = query("COMMIT");
    EXPECT_EQ(numbers(done), (Numbers{8}));
    EXPECT_EQ(done->gtid, "0-1-5");
    feed(build_.event(EventType::kMariadbGtid, test::mariadb_gtid_body(6, 1)));
    EXPECT_TRUE(query("DROP TABLE x"));  // standalone
}

Raw zstd_payload(const Raw& events) {
    Raw packed(ZSTD_compressBound(events.size()));
    packed.resize(ZSTD_compress(packed.data(), packed.size(), events.data(), events.size(), 3));
    return ByteWriter()
        .raw({2, 1, 0})
        .raw({3, 3, 252})
        .u16(events.size())
        .raw({1, 3, 252})
        .u16(packed.size())
        .raw({0})
        .raw(packed)
        .done();
}

TEST_F(DecoderTest, UnpacksTransactionPayloads) {
    Raw inside;
    const auto append = [&](EventType type, const Raw& body) {
        const Raw event = build_.inner(type, body);
        inside.insert(inside.end(), event.begin(), event.end());
    };
    append(EventType::kQuery, test::query_body("s", "BEGIN"));
    append(EventType::kTableMap, test::table_map_body(kTableId, "s", "t", {{kTiny, {}}}));
    append(EventType::kWriteRows, test::rows_body(kTableId, 1, {1}, {0, 9}));
    append(EventType::kXid, ByteWriter().u64(1).done());
    gtid(3);
    const auto done = feed(build_.event(EventType::kTransactionPayload, zstd_payload(inside)));
    EXPECT_EQ(numbers(done), (Numbers{9}));
    EXPECT_EQ(done->end.offset, build_.position);
    EXPECT_EQ(done->end, decoder_.resume_position());
}

TEST_F(DecoderTest, NamesWhereAPayloadBreaks) {
    gtid(3);
    const Raw inside = build_.inner(static_cast<EventType>(20), {});
    const auto error = error_of(build_.event(EventType::kTransactionPayload, zstd_payload(inside)));
    EXPECT_NE(error.find("TRANSACTION_PAYLOAD event at binlog.000001:"), std::string::npos);
    EXPECT_NE(error.find("inside it, event type 20"), std::string::npos) << error;
}

TEST_F(DecoderTest, SkipsWhatHasNoRows) {
    for (const auto type :
         {EventType::kHeartbeat, EventType::kIgnorable, EventType::kRowsQuery,
          EventType::kPreviousGtids, EventType::kTransactionContext, EventType::kViewChange,
          EventType::kAnnotateRows, EventType::kBinlogCheckpoint, EventType::kMariadbGtidList,
          EventType::kIntvar, EventType::kRand, EventType::kUserVar})
        EXPECT_FALSE(feed(build_.event(type, Raw(3, 0)))) << event_name(type);
}

TEST_F(DecoderTest, SkipsUnknownEventsOnlyIfTheySayThatTheyMayBe) {
    const auto unknown = static_cast<EventType>(99);
    EXPECT_FALSE(feed(build_.event(unknown, {}, kFlagIgnorable)));
    EXPECT_NE(error_of(build_.event(unknown, {})).find("event type 99 event at binlog.000001:"),
              std::string::npos);
}

TEST_F(DecoderTest, StopsAtAnIncident) {
    EXPECT_NE(error_of(build_.event(EventType::kIncident, {1, 0, 0})).find("changes are missing"),
              std::string::npos);
}

TEST_F(DecoderTest, TakesUpdatesThatLogJsonInPart) {
    query("BEGIN");
    table_map(kTableId, "t");
    // Null bits and value before; then no value options, null bits and value.
    feed(build_.event(EventType::kPartialUpdateRows,
                      test::rows_body(kTableId, 1, {1, 1}, {0, 7, 0, 0, 8})));
    EXPECT_EQ(numbers(xid()), std::vector<std::int64_t>{8});
}

TEST_F(DecoderTest, StopsAtRowsOfWhichNothingWasLogged) {
    query("BEGIN");
    table_map(kTableId, "t");
    EXPECT_NE(error_of(build_.event(EventType::kWriteRows, test::rows_body(kTableId, 1, {0}, {})))
                  .find("no column of them was logged"),
              std::string::npos);
}

TEST_F(DecoderTest, RefusesAWrongChecksum) {
    Raw event = build_.event(EventType::kXid, ByteWriter().u64(1).done());
    event[21] ^= 4U;
    EXPECT_NE(error_of(event).find("checksum is wrong"), std::string::npos);
}

TEST_F(DecoderTest, RefusesAGroupInsideAGroup) {
    gtid(1);
    query("BEGIN");
    insert(1);
    EXPECT_NE(error_of(build_.event(EventType::kGtid, test::gtid_body(1, 2)))
                  .find("before the one before it has ended"),
              std::string::npos);
}

TEST(DecoderWithoutChecksums, ReadsTheStream) {
    test::EventBuilder build(false);
    Decoder decoder({{"s", "t"}}, {"binlog.000001", 4});
    ASSERT_TRUE(decoder.feed(build.fake_rotate("binlog.000001", 4)));
    ASSERT_TRUE(decoder.feed(build.format_description()));
    const auto done =
        decoder.feed(build.event(EventType::kQuery, test::query_body("s", "DROP TABLE t")));
    ASSERT_TRUE(done) << done.error();
    EXPECT_TRUE(*done);
}

}  // namespace
}  // namespace wisp::binlog
