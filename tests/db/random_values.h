// SPDX-License-Identifier: Apache-2.0
// Random values as SQL expressions, the same ones in every run. Values that a type cannot hold are
// never made: what the server stores is what a test compares with.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>

namespace wisp::test {

class RandomValues {
  public:
    explicit RandomValues(std::uint64_t seed) : random_(seed) {}

    std::uint64_t below(std::uint64_t limit) { return limit == 0 ? random_() : random_() % limit; }
    bool one_in(std::uint64_t n) { return below(n) == 0; }

    /// Two's complement of so many bytes.
    std::string integer(unsigned bytes);
    std::string unsigned_integer(unsigned bits);
    std::string decimal(unsigned precision, unsigned scale);
    /// Any finite bits.
    std::string float_number();
    std::string double_number();
    /// Zero and partial dates as well.
    std::string date();
    std::string time(unsigned digits);
    std::string datetime(unsigned digits);
    std::string timestamp(unsigned digits);
    /// X'…' of 0 to `most` bytes, often with zeros and spaces at the end.
    std::string bytes(std::size_t most);
    /// Text of 0 to `most` characters from everywhere in Unicode, in that character set.
    std::string text(const std::string& charset, std::size_t most);
    std::string geometry();
    /// A document with every kind of scalar that text has.
    std::string json();
    /// The same as JSON text, without SQL's own types inside.
    std::string json_text(unsigned depth = 0);

  private:
    std::string digits(std::size_t count);
    std::string clock(unsigned digits);

    std::mt19937_64 random_;
};

/// Makes one value.
using Generator = std::function<std::string(RandomValues&)>;

}  // namespace wisp::test
