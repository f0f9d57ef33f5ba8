// SPDX-License-Identifier: Apache-2.0
// Spool: bytes that wait, in memory up to a limit and beyond it in a temporary file without a name.
// One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace wisp::extract {

struct SpoolOptions {
    std::size_t memory = std::size_t{16} << 20U;
    std::string folder = "/tmp";
};

class Spool {
  public:
    explicit Spool(const SpoolOptions& options) : options_(options) {}
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;
    ~Spool();

    /// Where to append; call settle() now and then, which may write it to the file.
    [[nodiscard]] std::string& tail() { return tail_; }
    void settle() {
        // What goes to the file in any case goes there while the processor still has it at hand.
        constexpr std::size_t kStep = std::size_t{256} << 10U;
        if (tail_.size() > options_.memory / 2 && tail_.capacity() < options_.memory)
            tail_.reserve(options_.memory + kStep);  // no more than that, not twice as much
        if (tail_.size() >= (filed_ == 0 ? options_.memory : std::min(options_.memory, kStep)))
            spill();
    }
    [[nodiscard]] std::uint64_t size() const { return filed_ + tail_.size(); }
    /// Forgets what lies behind `size`.
    void cut(std::uint64_t size);
    /// Forgets everything; memory stays, the file's room is given back.
    void clear();
    /// All of it, from the front, in pieces.
    void read(const std::function<void(std::string_view)>& piece);
    /// `size` bytes from `offset` on.
    void read_at(std::uint64_t offset, char* out, std::size_t size);

  private:
    void spill();
    void open_file();
    void read_file(std::uint64_t offset, char* out, std::size_t size);

    SpoolOptions options_;
    int descriptor_ = -1;
    std::uint64_t filed_ = 0;  // bytes in the file; tail_ follows them
    std::string tail_;
};

}  // namespace wisp::extract
