// SPDX-License-Identifier: Apache-2.0
// What the fuzz targets share: their input as bytes, split by its own first numbers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "binlog/byte_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace wisp::fuzz {

using binlog::Bytes;

/// A choice in the first byte, then the rest: the form of a seed with several kinds of input.
struct Chosen {
    unsigned choice = 0;
    Bytes rest;
};
inline Chosen choose(Bytes input) {
    if (input.empty()) return {};
    return {input[0], input.subspan(1)};
}

/// Two parts: the first one's length in two bytes, little-endian, then both.
struct Pair {
    Bytes first;
    Bytes second;
};
inline Pair split(Bytes input) {
    if (input.size() < 2) return {};
    const std::size_t length = input[0] | static_cast<std::size_t>(input[1]) << 8U;
    const Bytes rest = input.subspan(2);
    return {rest.first(std::min(length, rest.size())), rest.subspan(std::min(length, rest.size()))};
}

}  // namespace wisp::fuzz
