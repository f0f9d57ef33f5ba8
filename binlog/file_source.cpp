// SPDX-License-Identifier: Apache-2.0
#include "binlog/file_source.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <fmt/format.h>

#include "binlog/byte_reader.h"
#include "binlog/header.h"

namespace wisp::binlog {

namespace {

// MySQL: libs/mysql/binlog/event/binlog_event.h BINLOG_MAGIC; sql/rpl_log_encryption.cc (9.x)
constexpr std::array<std::uint8_t, 4> kPlain{0xfe, 'b', 'i', 'n'};
constexpr std::array<std::uint8_t, 4> kEncrypted{0xfd, 'b', 'i', 'n'};
constexpr std::size_t kTypeOffset = 4;
constexpr std::size_t kSizeOffset = 9;
constexpr std::uint64_t kMaxEventSize = 1ULL << 30U;
constexpr std::size_t kBufferSize = std::size_t{256} << 10U;  // fits the processor's cache

}  // namespace

FileSource::FileSource(const std::string& path, std::uint64_t offset)
    : path_(path),
      name_(path == "-" ? "stdin" : path.substr(path.find_last_of('/') + 1)),
      start_(offset),
      buffer_(kBufferSize) {
    descriptor_ = path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0)
        throw FileError(complaint("cannot be opened: " + std::system_category().message(errno)));
    const bool any = have(kPlain.size());
    const auto magic = buffer_.begin();
    if (!any) throw FileError(complaint("is empty"));
    if (std::equal(kEncrypted.begin(), kEncrypted.end(), magic))
        throw FileError(complaint("is encrypted: read it through its server"));
    if (!std::equal(kPlain.begin(), kPlain.end(), magic))
        throw FileError(complaint("is not a binlog"));
    begin_ = kPlain.size();
}

FileSource::~FileSource() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

std::string FileSource::complaint(const std::string& what) const {
    return fmt::format("binlog file {} {} (at offset {})", path_, what, at_);
}

bool FileSource::fill() {
    while (true) {
        const ssize_t got = ::read(descriptor_, buffer_.data() + end_, buffer_.size() - end_);
        if (got > 0) end_ += static_cast<std::size_t>(got);
        if (got >= 0) return got > 0;
        if (errno != EINTR)
            throw FileError(complaint("cannot be read: " + std::system_category().message(errno)));
    }
}

bool FileSource::have(std::size_t size) {
    if (end_ - begin_ >= size) return true;
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
    // One large event must not keep its memory for the rest of the file.
    if (size > buffer_.size() || (buffer_.size() > kBufferSize && end_ <= kBufferSize)) {
        buffer_.resize(std::max({size, kBufferSize, end_}));
        buffer_.shrink_to_fit();
    }
    while (end_ < size)
        if (!fill()) return false;
    return true;
}

void FileSource::go_to(std::uint64_t offset) {
    std::uint64_t left = offset - at_;
    at_ = offset;
    const std::uint64_t buffered = std::min<std::uint64_t>(left, end_ - begin_);
    begin_ += buffered;
    left -= buffered;
    if (left == 0 || ::lseek(descriptor_, static_cast<off_t>(left), SEEK_CUR) >= 0) return;
    while (left > 0) {  // a pipe
        const std::uint64_t step = std::min<std::uint64_t>(left, kBufferSize);
        if (!have(step)) return;
        begin_ += step;
        left -= step;
    }
}

std::span<const std::uint8_t> FileSource::next() {
    if (cancelled_) return {};
    // The format is told first in any case; then come the events from the start on.
    if (at_ > 4 && start_ > at_) go_to(start_);
    if (!have(kHeaderSize)) {
        if (end_ != begin_) throw FileCutOff(complaint("is cut off inside an event"));
        return {};
    }
    const std::uint64_t size = ByteReader(Bytes(buffer_).subspan(begin_ + kSizeOffset, 4)).u32();
    if (size < kHeaderSize || size > kMaxEventSize)
        throw FileError(complaint("holds an event with an impossible size"));
    if (!have(size)) throw FileCutOff(complaint("is cut off inside an event"));
    const Bytes event = Bytes(buffer_).subspan(begin_, size);
    if (static_cast<EventType>(event[kTypeOffset]) == EventType::kStartEncryption)
        throw FileError(complaint("is encrypted: read it through its server"));
    at_ += size;
    begin_ += size;
    return event;
}

}  // namespace wisp::binlog
