// SPDX-License-Identifier: Apache-2.0
#include "extract/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

namespace wisp::extract {

namespace {

constexpr std::size_t kPiece = std::size_t{256} << 10U;

[[noreturn]] void fail(const std::string& doing, const std::string& folder) {
    throw std::runtime_error(
        fmt::format("{} a temporary file in {} failed: {}; --tmp-dir names a folder with more room",
                    doing, folder, std::system_category().message(errno)));
}

}  // namespace

Spool::~Spool() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void Spool::open_file() {
    std::string name = options_.folder + "/wisp-XXXXXX";
    descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor_ < 0) fail("making", options_.folder);
    ::unlink(name.c_str());  // gone by itself, however this process ends
}

void Spool::spill() {
    if (descriptor_ < 0) open_file();
    for (std::size_t written = 0; written < tail_.size();) {
        const ssize_t count = ::pwrite(descriptor_, tail_.data() + written, tail_.size() - written,
                                       static_cast<off_t>(filed_ + written));
        if (count < 0 && errno != EINTR) fail("writing", options_.folder);
        if (count > 0) written += static_cast<std::size_t>(count);
    }
    filed_ += tail_.size();
    tail_.clear();
}

void Spool::cut(std::uint64_t size) {
    if (size >= filed_) {
        tail_.resize(std::min<std::size_t>(tail_.size(), size - filed_));
        return;
    }
    tail_.clear();
    filed_ = size;
}

void Spool::clear() {
    // Without the room back the next bytes still overwrite the old ones.
    if (filed_ > 0) static_cast<void>(::ftruncate(descriptor_, 0) == 0);
    tail_.clear();
    filed_ = 0;
}

void Spool::read_file(std::uint64_t offset, char* out, std::size_t size) {
    while (size > 0) {
        const ssize_t count = ::pread(descriptor_, out, size, static_cast<off_t>(offset));
        if (count == 0 || (count < 0 && errno != EINTR)) fail("reading", options_.folder);
        if (count < 0) continue;
        out += count;
        offset += static_cast<std::uint64_t>(count);
        size -= static_cast<std::size_t>(count);
    }
}

void Spool::read_at(std::uint64_t offset, char* out, std::size_t size) {
    const std::size_t from_file =
        offset < filed_ ? std::min<std::size_t>(size, filed_ - offset) : 0;
    read_file(offset, out, from_file);
    if (from_file < size)
        tail_.copy(out + from_file, size - from_file, offset + from_file - filed_);
}

void Spool::read(const std::function<void(std::string_view)>& piece) {
    std::string buffer;
    for (std::uint64_t at = 0; at < filed_;) {
        buffer.resize(std::min<std::size_t>(kPiece, filed_ - at));
        read_file(at, buffer.data(), buffer.size());
        piece(buffer);
        at += buffer.size();
    }
    if (!tail_.empty()) piece(tail_);
}

}  // namespace wisp::extract
