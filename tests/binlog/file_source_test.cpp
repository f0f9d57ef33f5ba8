// SPDX-License-Identifier: Apache-2.0
#include "binlog/file_source.h"

#include <gtest/gtest.h>

#include <unistd.h>
#include <filesystem>
#include <fstream>

#include "binlog/decoder.h"
#include "tests/support/event_builder.h"

namespace wisp::binlog {
namespace {

using test::ByteWriter;
using test::EventBuilder;
using test::Raw;

class FileSourceTest : public ::testing::Test {
  protected:
    FileSourceTest() {
        path_ = std::filesystem::temp_directory_path() /
                ("wisp-file-source-" + std::to_string(::getpid()) + ".000001");
    }
    void TearDown() override { std::filesystem::remove(path_); }

    void write(const std::vector<Raw>& parts) {
        std::ofstream out(path_, std::ios::binary);
        for (const auto& part : parts)
            out.write(reinterpret_cast<const char*>(part.data()),
                      static_cast<std::streamsize>(part.size()));
    }

    std::filesystem::path path_;
    const Raw magic_{0xfe, 'b', 'i', 'n'};
};

TEST_F(FileSourceTest, FeedsADecoder) {
    EventBuilder build;
    write({magic_, build.format_description(), build.event(EventType::kGtid, test::gtid_body(1, 1)),
           build.event(EventType::kQuery, test::query_body("s", "DROP TABLE t"))});
    FileSource source(path_);
    Decoder decoder({}, {source.file_name(), 4});
    std::size_t statements = 0;
    for (auto event = source.next(); !event.empty(); event = source.next()) {
        auto done = decoder.feed(event);
        ASSERT_TRUE(done) << done.error();
        if (*done) statements += (*done)->statements.size();
    }
    EXPECT_EQ(statements, 1U);
    EXPECT_EQ(decoder.resume_position(), (Position{source.file_name(), build.position}));
}

TEST_F(FileSourceTest, TellsTheFormatBeforeALaterStart) {
    EventBuilder build;
    const Raw format = build.format_description();
    const Raw first = build.event(EventType::kXid, ByteWriter().u64(1).done());
    const std::uint64_t start = build.position;
    const Raw second = build.event(EventType::kStop, {});
    write({magic_, format, first, second});
    FileSource source(path_, start);
    EXPECT_EQ(source.next().size(), format.size());
    EXPECT_EQ(source.next().size(), second.size());
    EXPECT_TRUE(source.next().empty());
}

TEST_F(FileSourceTest, RefusesOtherFiles) {
    EXPECT_THROW(FileSource("/nowhere/binlog.000001"), FileError);
    write({});
    EXPECT_THROW(FileSource{path_}, FileError);
    write({{'t', 'e', 'x', 't'}});
    EXPECT_THROW(FileSource{path_}, FileError);
    write({{0xfd, 'b', 'i', 'n'}});
    EXPECT_THROW(FileSource{path_}, FileError);
}

TEST_F(FileSourceTest, RefusesEncryptedAndCutEvents) {
    EventBuilder build;
    const Raw format = build.format_description();
    write({magic_, format, build.event(EventType::kStartEncryption, Raw(20, 0))});
    FileSource encrypted(path_);
    encrypted.next();
    EXPECT_THROW(encrypted.next(), FileError);
    for (std::size_t size = 1; size < format.size(); ++size) {
        write({magic_, Raw(format.begin(), format.begin() + static_cast<std::ptrdiff_t>(size))});
        FileSource source(path_);
        EXPECT_THROW(source.next(), FileError) << size;
    }
}

TEST_F(FileSourceTest, EndsWhenCancelled) {
    EventBuilder build;
    write({magic_, build.format_description()});
    FileSource source(path_);
    source.cancel();
    EXPECT_TRUE(source.next().empty());
}

}  // namespace
}  // namespace wisp::binlog
