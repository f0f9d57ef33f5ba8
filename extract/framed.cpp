// SPDX-License-Identifier: Apache-2.0
#include "extract/framed.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace wisp::extract {

namespace {

using Size = std::uint32_t;
constexpr std::size_t kWindow = std::size_t{1} << 20U;

/// The bytes before an end that moves towards the front, read in large steps.
class Window {
  public:
    explicit Window(Spool& spool) : spool_(spool), begin_(spool.size()), end_(spool.size()) {}
    [[nodiscard]] bool done() const { return end_ == 0; }

    /// The last `size` bytes before the end, which moves to their begin.
    std::string_view take(std::size_t size) {
        if (size > end_) throw std::logic_error("a temporary file is not what was written to it");
        if (end_ - begin_ < size) load(size);
        end_ -= size;
        return std::string_view(buffer_).substr(end_ - begin_, size);
    }

  private:
    void load(std::size_t size) {
        const auto length = std::min<std::uint64_t>(end_, std::max<std::size_t>(size, kWindow));
        buffer_.resize(length);
        begin_ = end_ - length;
        spool_.read_at(begin_, buffer_.data(), length);
    }

    Spool& spool_;
    std::string buffer_;
    std::uint64_t begin_;  // where the buffer begins
    std::uint64_t end_;    // what lies behind has been read
};

}  // namespace

void end_frame(std::string& out, std::size_t begin) {
    const auto size = static_cast<Size>(out.size() - begin);
    const std::size_t at = out.size();
    out.resize(at + sizeof size);
    std::memcpy(out.data() + at, &size, sizeof size);
}

void read_backwards(Spool& spool, const std::function<void(std::string_view)>& text) {
    Window window(spool);
    while (!window.done()) {
        Size size = 0;
        std::memcpy(&size, window.take(sizeof size).data(), sizeof size);
        text(window.take(size));
    }
}

}  // namespace wisp::extract
