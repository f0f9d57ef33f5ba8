// SPDX-License-Identifier: Apache-2.0
// ByteReader: a bounds-checked cursor over bytes from the network. Sticky: after the first overrun
// every read returns zero and moves nothing; the parser asks ok() once, at its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace wisp::binlog {

using Bytes = std::span<const std::uint8_t>;

[[nodiscard]] inline std::string_view as_text(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class ByteReader {
  public:
    explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

    [[nodiscard]] bool ok() const { return !failed_; }
    [[nodiscard]] std::size_t offset() const { return at_; }
    [[nodiscard]] std::size_t remaining() const { return failed_ ? 0 : bytes_.size() - at_; }
    /// For parsers that find a value which cannot be.
    void fail() { failed_ = true; }

    /// Unsigned little-endian number of 1 to 8 bytes.
    std::uint64_t le(std::size_t size) {
        const Bytes raw = take(size);
        std::uint64_t value = 0;
        for (std::size_t i = raw.size(); i > 0; --i) value = value << 8U | raw[i - 1];
        return value;
    }
    /// Unsigned big-endian number of 1 to 8 bytes.
    std::uint64_t be(std::size_t size) {
        std::uint64_t value = 0;
        for (const std::uint8_t byte : take(size)) value = value << 8U | byte;
        return value;
    }
    std::uint8_t u8() { return static_cast<std::uint8_t>(le(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(le(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(le(4)); }
    std::uint64_t u64() { return le(8); }

    /// Length-encoded integer: one byte up to 250, then 252/253/254 lead 2/3/8 bytes.
    /// MySQL: mysys/pack.cc net_field_length_ll (9.x); MariaDB: sql-common/pack.c (10.11).
    std::uint64_t packed() {
        const std::uint8_t lead = u8();
        if (lead < 251) return lead;
        if (lead == 252) return le(2);
        if (lead == 253) return le(3);
        if (lead == 254) return le(8);
        fail();  // 251 is NULL in result rows and 255 an error packet: neither is a number
        return 0;
    }

    Bytes take(std::uint64_t size) {
        if (failed_ || size > bytes_.size() - at_) {
            failed_ = true;
            return {};
        }
        const Bytes taken = bytes_.subspan(at_, static_cast<std::size_t>(size));
        at_ += taken.size();
        return taken;
    }
    std::string_view text(std::uint64_t size) { return as_text(take(size)); }
    void skip(std::uint64_t size) { take(size); }
    /// Everything that is left.
    Bytes rest() { return take(remaining()); }

  private:
    Bytes bytes_;
    std::size_t at_ = 0;
    bool failed_ = false;
};

}  // namespace wisp::binlog
