// SPDX-License-Identifier: Apache-2.0
// TextFile: buffered output to standard output or to a new file. Throws std::runtime_error when
// bytes cannot be written; close() writes the last ones.
#pragma once

#include <string>
#include <string_view>

namespace wisp::extract {

class TextFile {
  public:
    /// Empty: standard output. A file that exists is refused, not overwritten.
    explicit TextFile(std::string path);
    TextFile(const TextFile&) = delete;
    TextFile& operator=(const TextFile&) = delete;
    ~TextFile();

    void write(std::string_view text);
    void close();

  private:
    void put(std::string_view text);

    std::string path_;
    int descriptor_;
    std::string buffer_;
};

}  // namespace wisp::extract
