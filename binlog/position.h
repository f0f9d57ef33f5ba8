// SPDX-License-Identifier: Apache-2.0
// Position: file and offset in one server's binlog. Offsets are 64 bits: files can pass 4 GiB.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace wisp::binlog {

struct Position {
    std::string file;
    std::uint64_t offset = 0;

    [[nodiscard]] bool empty() const { return file.empty(); }
    /// "binlog.000003:1234"
    [[nodiscard]] std::string text() const;
};

/// By the number that ends the file name, then by offset. Only for positions of one server.
[[nodiscard]] std::strong_ordering operator<=>(const Position& a, const Position& b);
[[nodiscard]] bool operator==(const Position& a, const Position& b);

}  // namespace wisp::binlog
