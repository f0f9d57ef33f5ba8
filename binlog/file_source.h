// SPDX-License-Identifier: Apache-2.0
// FileSource: an EventSource over one binlog file, without a server. For tests, post-mortems and
// `wisp binlog`. Encrypted files are refused.
#pragma once

#include <atomic>
#include <cstdint>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "binlog/event_source.h"

namespace wisp::binlog {

/// The file cannot be read: not there, not a binlog, cut off, encrypted.
class FileError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

class FileSource : public EventSource {
  public:
    /// Starts at `offset`, which must be the start of an event; the FORMAT_DESCRIPTION at the
    /// file's start is delivered first in any case. Throws FileError.
    explicit FileSource(const std::string& path, std::uint64_t offset = 4);

    std::span<const std::uint8_t> next() override;
    void cancel() noexcept override { cancelled_ = true; }

    /// The path's last part: the file name for the decoder's start position.
    [[nodiscard]] const std::string& file_name() const { return name_; }

  private:
    [[noreturn]] void fail(const std::string& what) const;
    [[nodiscard]] bool read(std::uint8_t* out, std::size_t size);

    std::ifstream in_;
    std::string path_;
    std::string name_;
    std::uint64_t at_ = 4;
    std::uint64_t start_;
    std::vector<std::uint8_t> event_;
    std::atomic<bool> cancelled_ = false;
};

}  // namespace wisp::binlog
