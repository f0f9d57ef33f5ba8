// SPDX-License-Identifier: Apache-2.0
// Bytes whose end is the end of a page, with a page behind it that nobody may read: a parser that
// reads one byte too far dies here, in every build.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

namespace wisp::test {

class GuardedBytes {
  public:
    explicit GuardedBytes(std::size_t most)
        : page_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))),
          size_((most / page_ + 1) * page_),
          memory_(::mmap(nullptr, size_ + page_, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
        if (memory_ == MAP_FAILED || ::mprotect(begin() + size_, page_, PROT_NONE) != 0)
            throw std::bad_alloc();
    }
    GuardedBytes(const GuardedBytes&) = delete;
    GuardedBytes& operator=(const GuardedBytes&) = delete;
    ~GuardedBytes() { ::munmap(memory_, size_ + page_); }

    /// A copy that ends where the forbidden page begins; valid until the next call.
    [[nodiscard]] std::span<std::uint8_t> put(std::span<const std::uint8_t> bytes) {
        std::uint8_t* const start = begin() + size_ - bytes.size();
        std::copy(bytes.begin(), bytes.end(), start);
        return {start, bytes.size()};
    }

  private:
    [[nodiscard]] std::uint8_t* begin() const { return static_cast<std::uint8_t*>(memory_); }

    std::size_t page_;
    std::size_t size_;
    void* memory_;
};

}  // namespace wisp::test
