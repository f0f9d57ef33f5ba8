// SPDX-License-Identifier: Apache-2.0
#include "binlog/unpack.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include "tests/support/event_builder.h"

namespace wisp::binlog {
namespace {

using test::ByteWriter;
using test::EventBuilder;
using test::Raw;

Raw zstd_frame(const Raw& plain) {
    Raw packed(ZSTD_compressBound(plain.size()));
    packed.resize(ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), 3));
    return packed;
}

Raw deflated(const Raw& plain, bool raw_deflate) {
    Raw packed(compressBound(plain.size()) + 64);
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, raw_deflate ? -15 : 15, 8, Z_DEFAULT_STRATEGY);
    stream.next_in = const_cast<Bytef*>(plain.data());
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = packed.data();
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

Raw payload(const Raw& packed, std::uint64_t unpacked_size, std::uint64_t compression = 0) {
    ByteWriter out;
    out.u8(2).u8(compression < 251 ? 1 : 3).packed(compression);
    out.u8(3).u8(3).u8(252).u16(unpacked_size);
    out.u8(1).u8(3).u8(252).u16(packed.size());
    return out.u8(0).raw(packed).done();
}

Raw two_events() {
    const EventBuilder build;
    Raw events = build.inner(EventType::kXid, ByteWriter().u64(1).done());
    const Raw second = build.inner(EventType::kQuery, test::query_body("a", "BEGIN"));
    events.insert(events.end(), second.begin(), second.end());
    return events;
}

TEST(Payload, YieldsItsEvents) {
    const Raw events = two_events();
    const Raw body = payload(zstd_frame(events), events.size());
    auto reader = PayloadReader::open(body);
    ASSERT_TRUE(reader) << reader.error();
    EXPECT_EQ(reader->next()->size(), 27U);
    EXPECT_GT(reader->next()->size(), 27U);
    EXPECT_TRUE(reader->next()->empty());
}

TEST(Payload, ReadsSeveralFramesAsOneStream) {
    const Raw events = two_events();
    const auto middle = events.begin() + 13;  // inside the first header
    Raw packed = zstd_frame(Raw(events.begin(), middle));
    const Raw second = zstd_frame(Raw(middle, events.end()));
    packed.insert(packed.end(), second.begin(), second.end());
    const Raw body = payload(packed, events.size());
    auto reader = PayloadReader::open(body);
    ASSERT_TRUE(reader);
    EXPECT_EQ(reader->next()->size(), 27U);
    EXPECT_GT(reader->next()->size(), 27U);
    EXPECT_TRUE(reader->next()->empty());
}

TEST(Payload, ReadsUncompressedOnes) {
    const Raw events = two_events();
    const Raw body = payload(events, events.size(), 255);
    auto reader = PayloadReader::open(body);
    ASSERT_TRUE(reader) << reader.error();
    EXPECT_EQ(reader->next()->size(), 27U);
    EXPECT_GT(reader->next()->size(), 27U);
    EXPECT_TRUE(reader->next()->empty());
}

TEST(Payload, StopsAtTheAnnouncedSize) {
    const Raw events = two_events();
    const Raw body = payload(zstd_frame(events), events.size() - 1);
    auto reader = PayloadReader::open(body);
    ASSERT_TRUE(reader);
    EXPECT_TRUE(reader->next());
    EXPECT_FALSE(reader->next());
}

TEST(Payload, RefusesUnknownCompressionAndDamage) {
    const Raw events = two_events();
    EXPECT_FALSE(PayloadReader::open(payload(events, events.size(), 7)));
    const Raw body = payload(Raw{1, 2, 3, 4, 5, 6, 7, 8}, 100);
    auto reader = PayloadReader::open(body);
    ASSERT_TRUE(reader);
    EXPECT_FALSE(reader->next());
}

TEST(Payload, NeverReadsBeyondATruncatedBody) {
    const Raw events = two_events();
    const Raw body = payload(zstd_frame(events), events.size());
    for (std::size_t size = 0; size < body.size(); ++size) {
        auto reader = PayloadReader::open(Bytes(body).first(size));
        EXPECT_FALSE(reader) << size;
    }
}

TEST(Payload, RefusesAnEventThatIsCutOff) {
    const Raw events = two_events();
    const Raw cut(events.begin(), events.end() - 1);
    const Raw body = payload(zstd_frame(cut), cut.size());
    auto reader = PayloadReader::open(body);
    ASSERT_TRUE(reader);
    EXPECT_TRUE(reader->next());
    EXPECT_FALSE(reader->next());
}

TEST(CompressedEvent, UnpacksAndRefusesTruncation) {
    const Raw plain(1000, 'x');
    const Raw packed = ByteWriter().u8(0x82).u8(3).u8(0xe8).raw(deflated(plain, false)).done();
    const auto unpacked = inflate_event_part(packed);
    ASSERT_TRUE(unpacked) << unpacked.error();
    EXPECT_EQ(*unpacked, plain);
    for (std::size_t size = 0; size < packed.size(); ++size)
        EXPECT_FALSE(inflate_event_part(Bytes(packed).first(size))) << size;
    Raw other_algorithm = packed;
    other_algorithm[0] = 0x92;
    EXPECT_FALSE(inflate_event_part(other_algorithm));
}

TEST(CompressedEvent, RefusesMoreOrLessThanAnnounced) {
    const Raw plain(1000, 'x');
    for (const unsigned size : {999U, 1001U}) {
        const Raw packed =
            ByteWriter().u8(0x82).u8(size >> 8U).u8(size).raw(deflated(plain, false)).done();
        EXPECT_FALSE(inflate_event_part(packed)) << size;
    }
}

TEST(CompressedColumn, UnpacksAllForms) {
    const Raw plain(300, 'y');
    EXPECT_EQ(*inflate_column({}, 10), "");
    EXPECT_EQ(*inflate_column(Raw{0, 'a', 'b'}, 10), "ab");
    for (const bool raw_deflate : {false, true}) {
        const Raw packed = ByteWriter()
                               .u8(0x82U | (raw_deflate ? 8U : 0U))
                               .u8(1)
                               .u8(0x2c)
                               .raw(deflated(plain, raw_deflate))
                               .done();
        const auto text = inflate_column(packed, 300);
        ASSERT_TRUE(text) << text.error();
        EXPECT_EQ(*text, std::string(300, 'y'));
        EXPECT_FALSE(inflate_column(packed, 299));
        for (std::size_t size = 1; size < packed.size(); ++size)
            EXPECT_FALSE(inflate_column(Bytes(packed).first(size), 300)) << size;
    }
}

}  // namespace
}  // namespace wisp::binlog
