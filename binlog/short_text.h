// SPDX-License-Identifier: Apache-2.0
// ShortText: the text of one date, time or decimal, made digit by digit without any allocation.
// Formatting these is most of the work of decoding a row.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wisp::binlog {

class ShortText {
  public:
    [[nodiscard]] std::string_view view() const { return {chars_.data(), size_}; }
    operator std::string_view() const { return view(); }  // NOLINT: it is a view's owner

    /// Silently full at 96 characters; the longest text, a DECIMAL(65,30), has 67.
    void append(char c) {
        if (size_ < chars_.size()) chars_[size_++] = c;
    }
    /// The last `width` decimal digits of the number, zeros in front.
    void append_digits(std::uint64_t number, std::size_t width) {
        if (size_ + width > chars_.size()) return;
        std::size_t at = size_ + width;
        for (; at >= size_ + 2; number /= 100) {
            at -= 2;
            std::copy_n(&kPairs[number % 100 * 2], 2, &chars_[at]);
        }
        if (at > size_) chars_[at - 1] = static_cast<char>('0' + number % 10);
        size_ += width;
    }
    void append(std::string_view text) {
        for (const char c : text) append(c);
    }

  private:
    /// "000102…99"
    static constexpr auto kPairs = [] {
        std::array<char, 200> pairs{};
        for (std::size_t i = 0; i < 100; ++i) {
            pairs[2 * i] = static_cast<char>('0' + i / 10);
            pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
        }
        return pairs;
    }();

    std::array<char, 96> chars_;  // not set: only what was appended is ever read
    std::size_t size_ = 0;
};

}  // namespace wisp::binlog
