// SPDX-License-Identifier: Apache-2.0
#include "extract/text_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace wisp::extract {

namespace {

constexpr std::size_t kBuffer = std::size_t{128} << 10U;

[[noreturn]] void fail(const std::string& path) {
    throw std::runtime_error(fmt::format("{} cannot be written: {}",
                                         path.empty() ? "standard output" : path,
                                         std::system_category().message(errno)));
}

}  // namespace

TextFile::TextFile(std::string path) : path_(std::move(path)) {
    constexpr int kReadableByAll = 0644;
    descriptor_ = path_.empty() ? ::dup(STDOUT_FILENO)
                                : ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                                         kReadableByAll);
    if (descriptor_ < 0) fail(path_);
}

TextFile::~TextFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void TextFile::put(std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(descriptor_, text.data(), text.size());
        if (count < 0 && errno != EINTR) fail(path_);
        if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
    }
}

void TextFile::write(std::string_view text) {
    if (buffer_.size() + text.size() > kBuffer) {
        put(buffer_);
        buffer_.clear();
    }
    if (text.size() >= kBuffer)
        put(text);
    else
        buffer_ += text;
}

void TextFile::close() {
    put(buffer_);
    buffer_.clear();
    if (::close(std::exchange(descriptor_, -1)) != 0) fail(path_);
}

}  // namespace wisp::extract
