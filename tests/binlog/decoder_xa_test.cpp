// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/binlog/decoder_fixture.h"

namespace wisp::binlog {
namespace {

using Numbers = std::vector<std::int64_t>;

class DecoderXa : public DecoderFixture {
  protected:
    std::optional<Transaction> prepare(std::string_view gtrid, std::uint8_t value,
                                       bool one_phase = false) {
        gtid(++number_);
        query("XA START '" + std::string(gtrid) + "'");
        insert(value);
        query("XA END '" + std::string(gtrid) + "'");
        return feed(build_.event(EventType::kXaPrepare, test::xa_prepare_body(gtrid, one_phase)));
    }
    std::optional<Transaction> decide(const std::string& text) {
        gtid(++number_);
        return query(text);
    }

    std::uint64_t number_ = 0;
};

TEST_F(DecoderXa, RowsWaitForTheCommit) {
    EXPECT_FALSE(prepare("a", 1));
    EXPECT_EQ(decoder_.resume_position().offset, build_.position);
    gtid(++number_);
    query("BEGIN");
    insert(2);
    EXPECT_EQ(numbers(xid()), (Numbers{2}));
    const auto done = decide("XA COMMIT X'61',X'',1");
    EXPECT_EQ(numbers(done), (Numbers{1}));
    EXPECT_EQ(done->gtid, "01010101-0101-0101-0101-010101010101:3");
    EXPECT_TRUE(done->unseen_xa.empty());
    EXPECT_EQ(done->end.offset, build_.position);
    EXPECT_GT(done->bytes, sizeof(Change));
}

TEST_F(DecoderXa, RollbackDropsThem) {
    prepare("a", 1);
    EXPECT_FALSE(decide("XA ROLLBACK X'61',X'',1"));
    const auto done = decide("XA COMMIT X'61',X'',1");
    ASSERT_TRUE(done);
    EXPECT_EQ(done->unseen_xa, "X'61',X'',1");
}

TEST_F(DecoderXa, ACommitWithoutItsPrepareIsReported) {
    const auto done = decide("XA COMMIT X'616263',X'7a',5");
    ASSERT_TRUE(done);
    EXPECT_EQ(done->unseen_xa, "X'616263',X'7a',5");
    EXPECT_TRUE(done->changes.empty());
}

TEST_F(DecoderXa, ARollbackWithoutItsPrepareIsNothing) {
    EXPECT_FALSE(decide("XA ROLLBACK X'616263',X'7a',5"));
}

TEST_F(DecoderXa, OnePhaseCommitsAtOnce) {
    EXPECT_EQ(numbers(prepare("a", 1, true)), (Numbers{1}));
}

TEST_F(DecoderXa, PreparedTransactionsWithoutWatchedRowsAreKnown) {
    gtid(++number_);
    query("XA START 'a'");
    insert_elsewhere();
    feed(build_.event(EventType::kXaPrepare, test::xa_prepare_body("a")));
    EXPECT_FALSE(decide("XA COMMIT 'a'"));
}

TEST_F(DecoderXa, SeveralWaitSideBySide) {
    prepare("a", 1);
    prepare("b", 2);
    EXPECT_EQ(numbers(decide("XA COMMIT 'b'")), (Numbers{2}));
    EXPECT_EQ(numbers(decide("XA COMMIT 'a'")), (Numbers{1}));
}

TEST_F(DecoderXa, TransactionsTellWhereTheOldestUndecidedBegan) {
    gtid(++number_);
    query("BEGIN");
    insert(9);
    EXPECT_TRUE(xid()->undecided_from.empty());
    const auto before_a = decoder_.resume_position();
    prepare("a", 1);
    EXPECT_EQ(decoder_.undecided_from(), before_a);
    const auto before_b = decoder_.resume_position();
    prepare("b", 2);
    gtid(++number_);
    query("BEGIN");
    insert(3);
    EXPECT_EQ(xid()->undecided_from, before_a);
    EXPECT_EQ(decide("XA COMMIT 'a'")->undecided_from, before_b);
    EXPECT_TRUE(decide("XA COMMIT 'b'")->undecided_from.empty());
    EXPECT_TRUE(decoder_.undecided_from().empty());
}

TEST_F(DecoderXa, WaitingRowsSurviveAReconnect) {
    prepare("a", 1);
    const auto resume = decoder_.resume_position();
    decoder_.reconnected();
    feed(build_.fake_rotate(resume.file, resume.offset));
    feed(build_.format_description(false));
    EXPECT_EQ(numbers(decide("XA COMMIT 'a'")), (Numbers{1}));
}

TEST_F(DecoderXa, MariadbPreparesInAGroupOfItsOwn) {
    feed(build_.event(EventType::kMariadbGtid, test::mariadb_gtid_body(1, 0x44)));
    table_map(kTableId, "t");
    feed(build_.event(EventType::kWriteRowsV1, test::rows_body_v1(kTableId, 1, {1}, {0, 4})));
    query("XA END X'61',X'',1");
    EXPECT_FALSE(feed(build_.event(EventType::kXaPrepare, test::xa_prepare_body("a"))));
    feed(build_.event(EventType::kMariadbGtid, test::mariadb_gtid_body(2, 0x84)));
    EXPECT_EQ(numbers(query("XA COMMIT X'61',X'',1")), (Numbers{4}));
}

}  // namespace
}  // namespace wisp::binlog
