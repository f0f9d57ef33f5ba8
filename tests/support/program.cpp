// SPDX-License-Identifier: Apache-2.0
#include "tests/support/program.h"

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace wisp::test {

namespace {

std::string shell_word(const std::string& word) {
    std::string out = "'";
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

}  // namespace

TmpFolder::TmpFolder() {
    std::string name = "/tmp/wisp-test-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder in /tmp");
    path_ = name;
}

TmpFolder::~TmpFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

ProgramRun run_program(const std::vector<std::string>& words, const std::string& input,
                       const std::vector<std::pair<std::string, std::string>>& environment) {
    const TmpFolder folder;
    std::string command;
    for (const auto& [name, value] : environment) command += name + "=" + shell_word(value) + " ";
    for (const auto& word : words) command += shell_word(word) + " ";
    command += "<" + shell_word(input.empty() ? "/dev/null" : input) + " >" +
               shell_word(folder.file("out")) + " 2>" + shell_word(folder.file("err"));
    const int status = std::system(command.c_str());
    ProgramRun run;
    run.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    run.out = read_file(folder.file("out"));
    run.err = read_file(folder.file("err"));
    return run;
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_file(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

}  // namespace wisp::test
