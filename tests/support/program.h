// SPDX-License-Identifier: Apache-2.0
// Runs a program as a shell would, and keeps what it said. For tests of commands.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace wisp::test {

/// A folder of its own, removed with all that is in it.
class TmpFolder {
  public:
    TmpFolder();
    TmpFolder(const TmpFolder&) = delete;
    TmpFolder& operator=(const TmpFolder&) = delete;
    ~TmpFolder();

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

  private:
    std::string path_;
};

struct ProgramRun {
    int exit_code = -1;  // 128 + N if signal N ended it
    std::string out;
    std::string err;
};

/// `input`: a file; empty: nothing to read. `environment` is added to this process's.
[[nodiscard]] ProgramRun run_program(
    const std::vector<std::string>& words, const std::string& input = {},
    const std::vector<std::pair<std::string, std::string>>& environment = {});

[[nodiscard]] std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& text);

}  // namespace wisp::test
