// SPDX-License-Identifier: Apache-2.0
#include "binlog/file_source.h"

#include <array>

#include <fmt/format.h>

#include "binlog/byte_reader.h"
#include "binlog/header.h"

namespace wisp::binlog {

namespace {

using Magic = std::array<std::uint8_t, 4>;
// MySQL: libs/mysql/binlog/event/binlog_event.h BINLOG_MAGIC; sql/rpl_log_encryption.cc (9.x)
constexpr Magic kPlain{0xfe, 'b', 'i', 'n'};
constexpr Magic kEncrypted{0xfd, 'b', 'i', 'n'};
constexpr std::size_t kSizeOffset = 9;
constexpr std::uint64_t kMaxEventSize = 1ULL << 30U;

}  // namespace

FileSource::FileSource(const std::string& path, std::uint64_t offset)
    : in_(path, std::ios::binary),
      path_(path),
      name_(path.substr(path.find_last_of('/') + 1)),
      start_(offset) {
    Magic magic{};
    if (!in_) fail("cannot be opened");
    if (!read(magic.data(), magic.size())) fail("is empty");
    if (magic == kEncrypted) fail("is encrypted: read it through its server");
    if (magic != kPlain) fail("is not a binlog");
}

void FileSource::fail(const std::string& what) const {
    throw FileError(fmt::format("binlog file {} {} (at offset {})", path_, what, at_));
}

bool FileSource::read(std::uint8_t* out, std::size_t size) {
    in_.read(reinterpret_cast<char*>(out), static_cast<std::streamsize>(size));
    return static_cast<std::size_t>(in_.gcount()) == size;
}

std::span<const std::uint8_t> FileSource::next() {
    if (cancelled_) return {};
    event_.resize(kHeaderSize);
    if (!read(event_.data(), kHeaderSize)) {
        if (in_.gcount() != 0) fail("is cut off inside an event");
        return {};
    }
    const std::uint64_t size = ByteReader(Bytes(event_).subspan(kSizeOffset, 4)).u32();
    if (size < kHeaderSize || size > kMaxEventSize) fail("holds an event with an impossible size");
    event_.resize(size);
    if (!read(event_.data() + kHeaderSize, size - kHeaderSize)) fail("is cut off inside an event");
    const auto type = static_cast<EventType>(event_[4]);
    if (type == EventType::kStartEncryption) fail("is encrypted: read it through its server");
    const bool first = at_ == 4;
    at_ += size;
    if (first && start_ > at_) {
        // As a server does: the format is told again, without a position of its own.
        at_ = start_;
        in_.seekg(static_cast<std::streamoff>(start_));
    }
    return event_;
}

}  // namespace wisp::binlog
