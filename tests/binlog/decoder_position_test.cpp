// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/binlog/decoder_fixture.h"

namespace wisp::binlog {
namespace {

using Numbers = std::vector<std::int64_t>;

class DecoderPosition : public DecoderFixture {};

TEST_F(DecoderPosition, MovesAtGroupEndsOnly) {
    const auto before = decoder_.resume_position();
    gtid(1);
    query("BEGIN");
    insert(1);
    EXPECT_EQ(decoder_.resume_position(), before);
    EXPECT_EQ(decoder_.received_position().offset, build_.position);
    xid();
    EXPECT_EQ(decoder_.resume_position().offset, build_.position);
}

TEST_F(DecoderPosition, CountsForItselfWhereTheServerDoesNotTell) {
    build_.tells_position = false;
    gtid(1);
    query("BEGIN");
    insert(1);
    const auto done = xid();
    EXPECT_EQ(done->end.offset, build_.position);
}

TEST_F(DecoderPosition, BelievesTheServerAboutEventsItLeftOut) {
    build_.position += 100;  // say, an ANNOTATE_ROWS that was not sent
    gtid(1);
    query("BEGIN");
    insert(1);
    EXPECT_EQ(xid()->end.offset, build_.position);
}

TEST_F(DecoderPosition, CountsPastFourGigabytes) {
    feed(build_.fake_rotate("binlog.000002", 0xffffffe0));
    feed(build_.format_description(false));
    gtid(1);
    query("BEGIN");
    insert(1);
    const auto done = xid();
    ASSERT_TRUE(done);
    EXPECT_GT(done->end.offset, 0xffffffffU);
    EXPECT_EQ(done->end, (Position{"binlog.000002", build_.position}));
}

/// MariaDB tells it again where a dump begins inside an encrypted file.
TEST_F(DecoderPosition, AnEncryptionThatHasNoPlaceMovesNothing) {
    gtid(1);
    query("BEGIN");
    insert(1);
    xid();
    const auto before = decoder_.resume_position();
    const auto position = build_.position;
    build_.tells_position = false;
    EXPECT_FALSE(feed(build_.event(EventType::kStartEncryption, Raw(17, 1))));
    build_.tells_position = true;
    build_.position = position;
    EXPECT_EQ(decoder_.received_position(), before);
    EXPECT_EQ(decoder_.resume_position(), before);
}

TEST_F(DecoderPosition, HeartbeatsMoveNothing) {
    gtid(1);
    const auto received = decoder_.received_position();
    EXPECT_FALSE(feed(build_.heartbeat("binlog.000001")));
    EXPECT_EQ(decoder_.received_position(), received);
    query("BEGIN");
    insert(1);
    EXPECT_FALSE(feed(build_.heartbeat("binlog.000001")));
    EXPECT_EQ(numbers(xid()), (Numbers{1}));
}

TEST_F(DecoderPosition, GoesOnInTheNextFile) {
    feed(build_.rotate("binlog.000002", 4));
    EXPECT_EQ(decoder_.resume_position(), (Position{"binlog.000002", 4}));
    feed(build_.fake_rotate("binlog.000002", 4));
    feed(build_.format_description());
    gtid(1);
    query("BEGIN");
    insert(1);
    const auto done = xid();
    EXPECT_EQ(done->end, (Position{"binlog.000002", build_.position}));
}

TEST_F(DecoderPosition, AMadeUpRotationInsideTheFileChangesNothing) {
    gtid(1);
    query("BEGIN");
    insert(1);
    const auto position = build_.position;
    feed(build_.fake_rotate("binlog.000001", 4));
    build_.position = position;
    EXPECT_EQ(xid()->end.offset, build_.position);
}

TEST_F(DecoderPosition, DropsHalfAGroupAtTheEndOfACrashedFile) {
    gtid(1);
    query("BEGIN");
    insert(1);
    feed(build_.fake_rotate("binlog.000002", 4));
    feed(build_.format_description());
    gtid(1);
    query("BEGIN");
    insert(2);
    EXPECT_EQ(numbers(xid()), (Numbers{2}));
}

TEST_F(DecoderPosition, StartsTheGroupAnewAfterAReconnect) {
    gtid(1);
    query("BEGIN");
    insert(1);
    xid();
    const auto resume = decoder_.resume_position();
    gtid(2);
    query("BEGIN");
    insert(2);
    decoder_.reconnected();
    EXPECT_EQ(decoder_.resume_position(), resume);
    feed(build_.fake_rotate(resume.file, resume.offset));
    feed(build_.format_description(false));
    gtid(2);
    query("BEGIN");
    insert(2);
    insert(3);
    const auto done = xid();
    EXPECT_EQ(numbers(done), (Numbers{2, 3}));
    EXPECT_EQ(done->end.offset, build_.position);
}

TEST_F(DecoderPosition, WantsAFormatDescriptionAfterAReconnect) {
    decoder_.reconnected();
    EXPECT_NE(error_of(build_.event(EventType::kXid, test::ByteWriter().u64(1).done()))
                  .find("before any FORMAT_DESCRIPTION"),
              std::string::npos);
}

TEST_F(DecoderPosition, WaitsWithContextEventsOfAStatement) {
    const auto before = decoder_.resume_position();
    feed(build_.event(EventType::kIntvar, Raw(9, 0)));
    EXPECT_EQ(decoder_.resume_position(), before);
    EXPECT_TRUE(query("INSERT INTO t VALUES (NULL)"));
    EXPECT_EQ(decoder_.resume_position().offset, build_.position);
}

TEST_F(DecoderPosition, EveryTruncatedEventIsRefused) {
    gtid(1);
    query("BEGIN");
    test::EventBuilder copy = build_;
    const auto event =
        copy.event(EventType::kTableMap, test::table_map_body(kTableId, "s", "t", {{kTiny, {}}}));
    for (std::size_t size = 0; size < event.size(); ++size) {
        const Raw cut(event.begin(), event.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_FALSE(error_of(cut).empty()) << size;
    }
}

}  // namespace
}  // namespace wisp::binlog
