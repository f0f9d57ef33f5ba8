// SPDX-License-Identifier: Apache-2.0
#include "binlog/unpack.h"

#include <algorithm>

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include "binlog/header.h"

namespace wisp::binlog {

namespace {

constexpr std::uint64_t kNotTold = ~std::uint64_t{0};
constexpr std::uint64_t kMaxEventSize = 1ULL << 30U;  // 1 GiB, as max_allowed_packet

/// Whether so many bytes can have come out of these: deflate makes at most 1032 of one. What a
/// damaged log announces must not cost the memory.
bool can_inflate_to(std::uint64_t size, Bytes packed) {
    constexpr std::uint64_t kMostOfOne = 1032;
    return size <= kMaxEventSize && size <= packed.size() * kMostOfOne;
}

struct FreeStream {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
};

/// Inflates exactly `size` bytes; false if there are fewer, more, or the data is broken.
bool inflate_exactly(Bytes packed, bool raw_deflate, std::uint8_t* out, std::size_t size) {
    z_stream stream{};
    constexpr int kWindowBits = 15;
    if (::inflateInit2(&stream, raw_deflate ? -kWindowBits : kWindowBits) != Z_OK) return false;
    // zlib reads through a pointer to non-const but does not write.
    stream.next_in = const_cast<Bytef*>(packed.data());
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = out;
    stream.avail_out = static_cast<uInt>(size);
    const int result = ::inflate(&stream, Z_FINISH);
    const bool complete = result == Z_STREAM_END && stream.total_out == size;
    ::inflateEnd(&stream);
    return complete;
}

}  // namespace

struct PayloadReader::State {
    Bytes packed;
    bool plain = false;             // compression type 255: events as they are
    std::uint64_t left = kNotTold;  // unpacked bytes that may still come
    std::unique_ptr<ZSTD_DStream, FreeStream> stream;
    std::size_t consumed = 0;
    std::vector<std::uint8_t> event;

    /// Fills `out`; returns the bytes written, fewer only at the end. Several frames may follow one
    /// another: zstd starts the next by itself.
    Expected<std::size_t> read(std::uint8_t* out, std::size_t size);
};

Expected<std::size_t> PayloadReader::State::read(std::uint8_t* out, std::size_t size) {
    std::size_t written = 0;
    if (plain) {
        written = std::min(size, packed.size() - consumed);
        std::copy_n(packed.begin() + static_cast<std::ptrdiff_t>(consumed), written, out);
        consumed += written;
    }
    while (!plain && written < size) {
        ZSTD_inBuffer from{packed.data(), packed.size(), consumed};
        ZSTD_outBuffer to{out, size, written};
        const std::size_t result = ZSTD_decompressStream(stream.get(), &to, &from);
        if (ZSTD_isError(result) != 0)
            return Unexpected(fmt::format("a TRANSACTION_PAYLOAD cannot be unpacked: {}",
                                          ZSTD_getErrorName(result)));
        const bool stuck = to.pos == written && from.pos == consumed;
        written = to.pos;
        consumed = from.pos;
        if (stuck) break;
    }
    if (written > left)
        return Unexpected(std::string("a TRANSACTION_PAYLOAD unpacks to more than it announces"));
    if (left != kNotTold) left -= written;
    return written;
}

PayloadReader::PayloadReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
PayloadReader::PayloadReader(PayloadReader&&) noexcept = default;
PayloadReader& PayloadReader::operator=(PayloadReader&&) noexcept = default;
PayloadReader::~PayloadReader() = default;

// MySQL: libs/mysql/binlog/event/codecs/binary.cpp Transaction_payload (8.0.20 to 9.x): fields as
// packed type, packed length, value, until type 0; then the payload.
Expected<PayloadReader> PayloadReader::open(Bytes body) {
    enum : std::uint64_t { kEnd = 0, kPayloadSize = 1, kCompression = 2, kUnpackedSize = 3 };
    enum : std::uint64_t { kZstd = 0, kNone = 255 };
    ByteReader in(body);
    std::uint64_t payload_size = kNotTold;
    std::uint64_t compression = kNotTold;
    auto state = std::make_unique<State>();
    for (auto field = in.packed(); in.ok() && field != kEnd; field = in.packed()) {
        ByteReader value(in.take(in.packed()));
        if (field == kPayloadSize) payload_size = value.packed();
        if (field == kCompression) compression = value.packed();
        if (field == kUnpackedSize) state->left = value.packed();
        if (!value.ok()) in.fail();
    }
    state->packed = in.take(payload_size == kNotTold ? in.remaining() : payload_size);
    if (!in.ok()) return Unexpected(std::string("a TRANSACTION_PAYLOAD event is malformed"));
    if (compression != kZstd && compression != kNone)
        return Unexpected(fmt::format(
            "a TRANSACTION_PAYLOAD is compressed with algorithm {}, which is not known: set "
            "binlog_transaction_compression=OFF on the server",
            compression));
    state->plain = compression == kNone;
    state->stream.reset(ZSTD_createDStream());
    return PayloadReader(std::move(state));
}

Expected<Bytes> PayloadReader::next() {
    auto& event = state_->event;
    event.resize(kHeaderSize);
    auto got = state_->read(event.data(), kHeaderSize);
    if (!got) return Unexpected(std::move(got.error()));
    if (*got == 0) return Bytes{};
    constexpr std::size_t kSizeOffset = 9;
    const std::uint64_t size = ByteReader(Bytes(event).subspan(kSizeOffset, 4)).u32();
    const bool sound = *got == kHeaderSize && size >= kHeaderSize && size <= kMaxEventSize &&
                       size - kHeaderSize <= state_->left;
    if (!sound)
        return Unexpected(std::string("an event inside a TRANSACTION_PAYLOAD has a wrong size"));
    // In steps: a size that is only announced must not cost the memory.
    constexpr std::size_t kStep = std::size_t{1} << 20U;
    while (event.size() < size) {
        const std::size_t have = event.size();
        event.resize(std::min<std::size_t>(size, have + kStep));
        got = state_->read(event.data() + have, event.size() - have);
        if (!got) return Unexpected(std::move(got.error()));
        if (*got != event.size() - have)
            return Unexpected(std::string("the last event of a TRANSACTION_PAYLOAD is cut off"));
    }
    return Bytes(event);
}

// MariaDB: sql/log_event.cc binlog_buf_compress, binlog_buf_uncompress (10.11): one byte 0x80 |
// algorithm << 4 | length bytes, the unpacked length big-endian, zlib data.
Expected<std::vector<std::uint8_t>> inflate_event_part(Bytes packed) {
    ByteReader in(packed);
    const unsigned lead = in.u8();
    const unsigned length_bytes = lead & 7U;
    const std::uint64_t size = in.be(length_bytes);
    const bool zlib =
        (lead & 0x80U) != 0 && (lead & 0x70U) == 0 && length_bytes >= 1 && length_bytes <= 4;
    if (!in.ok() || !zlib || !can_inflate_to(size, packed))
        return Unexpected(
            std::string("a compressed event is malformed or uses an unknown algorithm: set "
                        "log_bin_compress=OFF on the server"));
    std::vector<std::uint8_t> plain(size);
    if (!inflate_exactly(in.rest(), false, plain.data(), plain.size()))
        return Unexpected(std::string("a compressed event cannot be unpacked"));
    return plain;
}

// MariaDB: sql/field_comp.cc compress_zlib, uncompress_zlib (10.11): 0 and raw bytes, or
// 0x80 | 0x08 (raw deflate, no zlib header) | length bytes, big-endian length, data.
Expected<std::string> inflate_column(Bytes packed, std::uint64_t limit) {
    if (packed.empty()) return std::string();
    ByteReader in(packed);
    const unsigned lead = in.u8();
    if (lead == 0) return std::string(as_text(in.rest()));
    const unsigned length_bytes = lead & 7U;
    const std::uint64_t size = in.be(length_bytes);
    const bool zlib = (lead & 0xf0U) == 0x80U && length_bytes >= 1 && length_bytes <= 4;
    if (!in.ok() || !zlib || size > limit || !can_inflate_to(size, packed))
        return Unexpected(std::string("a value of a COMPRESSED column is malformed"));
    std::string plain(size, '\0');
    if (!inflate_exactly(in.rest(), (lead & 8U) != 0, reinterpret_cast<std::uint8_t*>(plain.data()),
                         plain.size()))
        return Unexpected(std::string("a value of a COMPRESSED column cannot be unpacked"));
    return plain;
}

}  // namespace wisp::binlog
