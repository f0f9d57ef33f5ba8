// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "binlog/byte_reader.h"
#include "binlog/format_description.h"
#include "binlog/gtid.h"
#include "binlog/header.h"
#include "binlog/position.h"
#include "tests/support/event_builder.h"

namespace wisp::binlog {
namespace {

using test::ByteWriter;
using test::EventBuilder;
using test::Raw;

TEST(ByteReader, ReadsBothByteOrders) {
    const Raw raw{1, 2, 3, 4, 5, 6};
    ByteReader in(raw);
    EXPECT_EQ(in.le(3), 0x030201U);
    EXPECT_EQ(in.be(3), 0x040506U);
    EXPECT_TRUE(in.ok());
    EXPECT_EQ(in.remaining(), 0U);
}

TEST(ByteReader, StaysFailedAfterAnOverrun) {
    const Raw raw{1, 2};
    ByteReader in(raw);
    EXPECT_EQ(in.le(3), 0U);
    EXPECT_FALSE(in.ok());
    EXPECT_EQ(in.u8(), 0U);
    EXPECT_EQ(in.remaining(), 0U);
    EXPECT_TRUE(in.rest().empty());
}

TEST(ByteReader, RefusesSizesBeyondAnyMemory) {
    const Raw raw{1, 2};
    ByteReader in(raw);
    in.u8();
    in.skip(~std::uint64_t{0});
    EXPECT_FALSE(in.ok());
}

TEST(ByteReader, ReadsPackedIntegers) {
    const Raw raw{250, 252, 0xe8, 3, 253, 1, 0, 1, 254, 1, 0, 0, 0, 0, 0, 0, 1, 251};
    ByteReader in(raw);
    EXPECT_EQ(in.packed(), 250U);
    EXPECT_EQ(in.packed(), 1000U);
    EXPECT_EQ(in.packed(), 65537U);
    EXPECT_EQ(in.packed(), 0x0100000000000001U);
    EXPECT_TRUE(in.ok());
    in.packed();
    EXPECT_FALSE(in.ok());
}

TEST(Header, ReadsItsFieldsAndChecksum) {
    EventBuilder build;
    Raw event = build.event(EventType::kXid, ByteWriter().u64(1).done(), kFlagIgnorable);
    const auto header = parse_header(event);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->type, EventType::kXid);
    EXPECT_EQ(header->size, event.size());
    EXPECT_EQ(header->end_position, 4 + event.size());
    EXPECT_EQ(header->flags, kFlagIgnorable);
    EXPECT_TRUE(checksum_matches(event));
    event[20] ^= 1U;
    EXPECT_FALSE(checksum_matches(event));
}

TEST(Header, RefusesEveryTruncation) {
    EventBuilder build;
    const Raw event = build.event(EventType::kXid, ByteWriter().u64(1).done());
    for (std::size_t size = 0; size < event.size(); ++size)
        EXPECT_FALSE(parse_header(Bytes(event).first(size))) << size;
}

TEST(FormatDescription, TellsChecksumsAndSizes) {
    EventBuilder build;
    const auto format = parse_format_description(build.format_description());
    ASSERT_TRUE(format) << format.error();
    EXPECT_TRUE(format->checksums);
    EXPECT_EQ(format->server_version, "9.7.4-test");
    EXPECT_EQ(format->fixed_size(EventType::kQuery, 0), 13U);
    EXPECT_EQ(format->fixed_size(static_cast<EventType>(200), 99), 99U);
    EXPECT_FALSE(parse_format_description(EventBuilder(false).format_description())->checksums);
}

TEST(FormatDescription, RefusesDamageOldFormatsAndTruncation) {
    EventBuilder build;
    const Raw good = build.format_description();
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(parse_format_description(Bytes(good).first(size))) << size;
    Raw damaged = good;
    damaged[30] ^= 1U;
    EXPECT_FALSE(parse_format_description(damaged));
    Raw old = good;
    old[kHeaderSize] = 3;
    EXPECT_FALSE(parse_format_description(old));
    Raw unknown_algorithm = good;
    unknown_algorithm[good.size() - 5] = 2;
    EXPECT_FALSE(parse_format_description(unknown_algorithm));
}

TEST(Gtid, ReadsMysqlGtids) {
    const auto gtid = parse_gtid(test::gtid_body(0xab, 7));
    ASSERT_TRUE(gtid);
    EXPECT_EQ(gtid->text, "abababab-abab-abab-abab-abababababab:7");
    EXPECT_FALSE(parse_gtid(Bytes(test::gtid_body(0xab, 7)).first(24)));
}

// As the serialization library writes it; one from a real server is in the db tests.
Raw tagged_body() {
    Raw uuid_bytes;
    for (unsigned i = 0; i < 16; ++i) {
        // Numbers from 128 on take two bytes: 14 bits behind a low one bit.
        const unsigned byte = 0xf0U + i;
        uuid_bytes.push_back(static_cast<std::uint8_t>((byte & 0x3fU) << 2U | 1U));
        uuid_bytes.push_back(static_cast<std::uint8_t>(byte >> 6U));
    }
    return ByteWriter()
        .u8(1U << 1U)
        .u8(60U << 1U)
        .u8(0)
        .raw({0U << 1U, 1U << 1U, 1U << 1U})
        .raw(uuid_bytes)
        .raw({2U << 1U, (5U << 1U) << 1U, 3U << 1U, 3U << 1U})
        .text("tag")
        .raw({4U << 1U, 0})
        .done();
}

TEST(Gtid, ReadsTaggedGtids) {
    const Raw body = tagged_body();
    const auto gtid = parse_gtid_tagged(body);
    ASSERT_TRUE(gtid);
    EXPECT_EQ(gtid->text, "f0f1f2f3-f4f5-f6f7-f8f9-fafbfcfdfeff:tag:5");
    for (std::size_t size = 0; size < body.size() - 2; ++size)
        EXPECT_FALSE(parse_gtid_tagged(Bytes(body).first(size))) << size;
}

TEST(Gtid, ReadsMariadbGtids) {
    const auto gtid = parse_mariadb_gtid(test::mariadb_gtid_body(9, 1), 3);
    ASSERT_TRUE(gtid);
    EXPECT_EQ(gtid->text, "0-3-9");
    EXPECT_TRUE(gtid->standalone);
    EXPECT_FALSE(parse_mariadb_gtid(Raw(12, 0), 3));
}

TEST(Position, ComparesByFileNumberThenOffset) {
    EXPECT_LT((Position{"binlog.000009", 900}), (Position{"binlog.000010", 4}));
    EXPECT_LT((Position{"binlog.999999", 4}), (Position{"binlog.1000000", 4}));
    EXPECT_LT((Position{"binlog.000009", 4}), (Position{"binlog.000009", 0x100000004}));
    EXPECT_EQ((Position{"binlog.000009", 4}), (Position{"binlog.9", 4}));
    EXPECT_EQ((Position{"binlog.000009", 4}).text(), "binlog.000009:4");
}

}  // namespace
}  // namespace wisp::binlog
