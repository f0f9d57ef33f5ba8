// SPDX-License-Identifier: Apache-2.0
#include "extract/spool.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "extract/framed.h"
#include "tests/support/program.h"

namespace wisp::extract {
namespace {

std::string all_of(Spool& spool) {
    std::string text;
    spool.read([&](std::string_view piece) { text += piece; });
    return text;
}

void put(Spool& spool, const std::string& text) {
    spool.tail() += text;
    spool.settle();
}

TEST(Spool, GivesBackWhatWasPutIn) {
    const test::TmpFolder folder;
    Spool spool({10, folder.path()});
    std::string expected;
    for (int i = 0; i < 100; ++i) {
        put(spool, std::to_string(i) + ";");
        expected += std::to_string(i) + ";";
        EXPECT_EQ(spool.size(), expected.size());
    }
    EXPECT_EQ(all_of(spool), expected);
    std::string middle(20, ' ');
    spool.read_at(expected.size() - 22, middle.data(), middle.size());
    EXPECT_EQ(middle, expected.substr(expected.size() - 22, 20));
}

TEST(Spool, ForgetsWhatLiesBehindACut) {
    const test::TmpFolder folder;
    Spool spool({4, folder.path()});
    put(spool, "0123456789");  // in the file
    put(spool, "ab");          // in memory
    spool.cut(11);
    EXPECT_EQ(all_of(spool), "0123456789a");
    spool.cut(3);
    put(spool, "xy");
    EXPECT_EQ(all_of(spool), "012xy");
    spool.clear();
    EXPECT_EQ(spool.size(), 0U);
    put(spool, "new contents");
    EXPECT_EQ(all_of(spool), "new contents");
}

TEST(Spool, ItsFileHasNoName) {
    const test::TmpFolder folder;
    Spool spool({1, folder.path()});
    put(spool, "in the file");
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Spool, SaysWhatToDoWhereNoFileCanBeMade) {
    Spool spool({1, "/nonexistent"});
    spool.tail() += "too much";
    try {
        spool.settle();
        FAIL() << "written nowhere";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("--tmp-dir"), std::string::npos) << error.what();
    }
}

TEST(Framed, AreReadFromTheLastToTheFirst) {
    const test::TmpFolder folder;
    for (const std::size_t memory : {std::size_t{1}, std::size_t{1} << 24U}) {
        Spool spool({memory, folder.path()});
        std::vector<std::string> written;
        for (std::size_t i = 0; i < 40; ++i) {
            written.emplace_back(i * i * 1000, static_cast<char>('a' + i % 26));
            const std::size_t begin = spool.tail().size();
            spool.tail() += written.back();
            end_frame(spool.tail(), begin);
            spool.settle();
        }
        std::vector<std::string> read;
        read_backwards(spool, [&](std::string_view text) { read.emplace_back(text); });
        EXPECT_EQ(read, std::vector<std::string>(written.rbegin(), written.rend()));
    }
}

}  // namespace
}  // namespace wisp::extract
