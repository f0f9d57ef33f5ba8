// SPDX-License-Identifier: Apache-2.0
// FileSource: an EventSource over one binlog file or standard input, without a server. For tests,
// post-mortems and `wisp binlog`. Encrypted files are refused.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "binlog/event_source.h"

namespace wisp::binlog {

/// The file cannot be read: not there, not a binlog, encrypted.
class FileError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The file ends inside an event: it is still being written, or its server crashed.
class FileCutOff : public FileError {
  public:
    using FileError::FileError;
};

class FileSource : public EventSource {
  public:
    /// Starts at `offset`, which must be the start of an event; the FORMAT_DESCRIPTION at the
    /// file's start is delivered first in any case. "-" is standard input. Throws FileError.
    explicit FileSource(const std::string& path, std::uint64_t offset = 4);
    FileSource(const FileSource&) = delete;
    FileSource& operator=(const FileSource&) = delete;
    ~FileSource() override;

    std::span<const std::uint8_t> next() override;
    void cancel() noexcept override { cancelled_ = true; }

    /// The path's last part: the file name for the decoder's start position.
    [[nodiscard]] const std::string& file_name() const { return name_; }

  private:
    [[nodiscard]] std::string complaint(const std::string& what) const;
    /// True if that many unread bytes are in the buffer now.
    [[nodiscard]] bool have(std::size_t size);
    [[nodiscard]] bool fill();
    void go_to(std::uint64_t offset);

    int descriptor_ = -1;
    std::string path_;
    std::string name_;
    std::uint64_t at_ = 4;  // offset of the first unread byte
    std::uint64_t start_;
    std::vector<std::uint8_t> buffer_;
    std::size_t begin_ = 0;  // unread bytes: begin_ … end_
    std::size_t end_ = 0;
    std::atomic<bool> cancelled_ = false;
};

}  // namespace wisp::binlog
